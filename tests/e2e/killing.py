"""A stage whose runs are killed: its servers live here, its runs in children of the zygote, ended at will."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Engine

from deployments.demo import config
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.stage import PASSWORD, set_the_scene
from deployments.demo.story import LOST_ANSWER_ADDRESS, LOST_ANSWER_DAY
from tasks.settings import Settings, load_settings
from tests.e2e import stagehands
from warehouse.engine import open_engine

Moment = Callable[[str], bool]  # told who or what it is about; True: this was it
ASK_EVERY = 0.002
RUN_OUT = 240.0
LOCK_FREE_WITHIN = 10.0


class Zygote:
    """The process that forks runs; one at a time."""

    def __init__(self, folder: Path, prefect_url: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        env = stagehands.environment(folder / "prefect-home", prefect_url) | {
            config.PASSWORD_ENV: PASSWORD,
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "GX_ANALYTICS_ENABLED": "false",
        }
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.zygote"],
            cwd=stagehands.PROJECT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "zygote.log").open("wb"),
        )
        self._next()

    def start(self, flow: str, api_url: str = "", **parameters: Any) -> int:
        """Start a run; the id of its process, which leads a group of its own."""
        self._report.unlink(missing_ok=True)
        log, report = str(self._folder / "runs.log"), str(self._report)
        return self._begun(flow=flow, parameters=parameters, report=report, log=log, api_url=api_url)

    def command(self, *words: object) -> int:
        """Start `dondoc` with these words; the id of its process. Ask `statuses` how it ended."""
        return self.crowd(1, *words)[0]

    def crowd(self, number: int, *words: object) -> list[int]:
        """The same command so many times at once; the ids of their processes."""
        first = self._begun(words=[*map(str, words)], crowd=number, log=str(self._folder / "runs.log"))
        return [first, *(self._next()["pid"] for _ in range(number - 1))]

    def statuses(self) -> list[int]:
        """The exit statuses of the commands, when all have ended; negative where a signal ended one."""
        return list(self._next()["ended"])

    def has_ended(self, within: float) -> bool:
        """Wait so long at most for the run to end."""
        return bool(select.select([self._process.stdout], [], [], within)[0])

    def result(self) -> dict[str, Any] | None:
        """The report of the run, None when it was killed. Fails the test when it broke by itself."""
        ended = self._next()["ended"]
        if ended == -signal.SIGKILL:
            return None
        report: dict[str, Any] = json.loads(self._report.read_text(encoding="utf-8"))
        return report

    def _begun(self, **asked: Any) -> int:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        return self._next()["pid"]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()

    @property
    def _report(self) -> Path:
        return self._folder / "report.json"

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            pytest.fail((self._folder / "zygote.log").read_text()[-3000:])
        told: dict[str, Any] = json.loads(line)
        return told


class AttentiveApi(OneStopApi):
    """Tells of every request before answering it."""

    on_request: Moment | None = None

    def __enter__(self) -> Self:
        self._server.handle_error = lambda *_: None  # that its callers die is the point
        return super().__enter__()

    def note(self, request: str) -> None:
        super().note(request)
        if self.on_request and self.on_request(request):
            self.on_request = None


class AttentiveCatcher(MailCatcher):
    """Tells of a recipient named, of a message that has arrived whole, and of one that is kept but not yet answered."""

    on_recipient: Moment | None = None
    on_message: Moment | None = None
    on_kept: Moment | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.on_recipient and self.on_recipient(address):
            self.on_recipient = None
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.on_message and self.on_message(envelope.rcpt_tos[0]):
            self.on_message = None
            return "451 4.3.0 lost on the way"  # to nobody: the sender is dead
        answer = await super().handle_DATA(server, session, envelope)
        if self.on_kept and self.on_kept(envelope.rcpt_tos[0]):
            self.on_kept = None
        return answer


class Stage:
    """The story's place for killed mornings."""

    def __init__(self, folder: Path, api: AttentiveApi, catcher: AttentiveCatcher, zygote: Zygote, url: str) -> None:
        self.folder, self.api, self.catcher, self.zygote = folder, api, catcher, zygote
        self.config = config.write_config(
            folder, api_url=api.base_url, smtp_port=catcher.port, database_url=url or None
        )
        self.settings: Settings = load_settings(self.config, {config.PASSWORD_ENV: PASSWORD})
        self._victim = 0
        stagehands.name_the_contacts(folder)

    def set_scene(self, at: datetime) -> None:
        set_the_scene(self.folder, self.settings, self.api, at)
        if at.date() == LOST_ANSWER_DAY:
            self.catcher.hang_up_after(lambda caught: LOST_ANSWER_ADDRESS in caught.recipients)

    def open_engine(self) -> Engine:
        """The warehouse as seen from outside the run."""
        return open_engine(self.settings.warehouse.url)

    def run(
        self,
        at: datetime,
        flow: str = "morning",
        *,
        until: Callable[[], bool] = lambda: False,
        seconds: float = RUN_OUT,
        api_url: str = "",
    ) -> dict[str, Any] | None:
        """Run a flow; its report, or None when it was killed: after so many seconds, as soon as `until` holds, or by
        somebody who called `kill`. The lock of a run that was killed before must be free, or nearly so.
        """
        ends = time.monotonic() + seconds
        asked: dict[str, Any] = {"config": str(self.config), "as_of": at.isoformat()}
        asked |= {"wait_seconds": LOCK_FREE_WITHIN} if flow == "morning" else {}
        self._victim = self.zygote.start(flow, api_url, **asked)
        while not self.zygote.has_ended(within=ASK_EVERY):
            if time.monotonic() >= ends or until():
                self.kill()
                break
        report = self.zygote.result()
        assert report is None or report.get("state") not in ("busy", None), report
        return report

    def finish(self, at: datetime, flow: str = "morning", api_url: str = "") -> dict[str, Any]:
        """Run undisturbed."""
        report = self.run(at, flow, api_url=api_url)
        assert report is not None
        return report

    def kill(self) -> bool:
        """The power goes, in the middle of whatever the run is doing."""
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.killpg(self._victim, signal.SIGKILL)
        return True

    def kill_for(self, *addresses: str) -> Moment:
        """A moment: the run dies when it is about one of these."""
        return lambda about: about in addresses and self.kill()


@contextmanager
def stage(folder: Path, zygote: Zygote, url: str = "") -> Iterator[Stage]:
    with AttentiveApi(password=PASSWORD) as api, AttentiveCatcher(folder / "var" / "caught") as catcher:
        yield Stage(folder, api, catcher, zygote, url)
