"""`dondoc demo`: the seven mornings played with everything embedded, and a folder that tells them afterwards.

Each morning is one real run of the morning flow; between mornings the one-stop server, the drop folder and the desk
move on as the story says. A second call finds every morning done and has nothing to do.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from deployments.demo import afternoon, config, desk, serving
from deployments.demo.diary import nothing_to_do_lines, summary_lines
from deployments.demo.drops import write_drops
from deployments.demo.gallery import INDEX, hang_pictures, reports_of
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.registers import FOLDER as REGISTERS
from deployments.demo.registers import TYPED_OFF, write_registers
from deployments.demo.story import LOST_ANSWER_ADDRESS, LOST_ANSWER_DAY, MORNINGS
from deployments.exits import UsageFaultError
from deployments.running import call_flow, prefect_environment
from tasks.settings import Settings, load_settings
from warehouse import desk as desk_book
from warehouse.current import dossiers_by_key
from warehouse.engine import open_engine, reading, transaction
from warehouse.runs import slot_done
from warehouse.schema import upgrade

PASSWORD = "demo"  # noqa: S105 - of the embedded server on loopback
PLAYED = ("done", "nothing_to_do", "incomplete")
OURS = (
    config.CONFIG_NAME,
    "data",
    config.DROPS,
    REGISTERS,
    "var",
    "mails",
    "en",
    "cards",
    "traces",
    "pages",
    "province",
)


def play(folder: Path, *, fresh: bool, keep_serving: bool, verbose: bool) -> int:
    """Play what is not yet played; returns the exit status: 0 when the story stands as it should."""
    prepare(folder, fresh=fresh)
    with theatre(folder) as (settings, api, catcher):
        quieten(settings, verbose=verbose)
        played = [_play_morning(folder, settings, api, catcher, at) for at in MORNINGS if not is_played(settings, at)]
        afternoon.play_afternoon(folder, settings, api)
        agreed = afternoon.outcome(settings)
        differences = agreed.open if agreed else 0
        if not played:
            _say(nothing_to_do_lines(str(folder / INDEX), differences))
        hang_pictures(folder, settings, afternoon.links())
        if played:
            _say(summary_lines(reports_of(settings), str(folder / INDEX), differences))
        return serving.keep_serving(folder / config.CONFIG_NAME) if keep_serving else 0


@contextmanager
def theatre(folder: Path, database_url: str | None = None) -> Iterator[tuple[Settings, OneStopApi, MailCatcher]]:
    """The embedded servers and the configuration that points to them."""
    with ExitStack() as stack:
        api = stack.enter_context(OneStopApi(password=PASSWORD))
        catcher = stack.enter_context(MailCatcher(folder / "var" / "caught"))
        catcher.hang_up_after(_is_lost_mail)
        os.environ[config.PASSWORD_ENV] = PASSWORD
        path = config.write_config(folder, api_url=api.base_url, smtp_port=catcher.port, database_url=database_url)
        yield load_settings(path, os.environ), api, catcher


def set_the_scene(folder: Path, settings: Settings, api: OneStopApi, morning: datetime) -> None:
    """Bring server, drop folder and desk to how they stand at that morning."""
    api.set_moment(morning)
    write_drops(folder / config.DROPS, morning.date())
    if morning > TYPED_OFF:
        write_registers(folder / REGISTERS)
    engine = open_engine(settings.warehouse.url)
    upgrade(engine)
    with transaction(engine) as conn:
        done = {(d["item_key"], bool(d["answered_at"])) for d in desk_book.all_disputes(conn)}
        for act in desk.ACTS:
            if act.at < morning and (act.item_key, not act.opens) not in done | _answered(done):
                _act(conn, act)
    engine.dispose()


def quieten(settings: Settings, *, verbose: bool) -> None:
    """Prefect as the command line runs it, before its first import."""
    prefect_environment(settings, verbose=verbose)


def _play_morning(folder: Path, settings: Settings, api: OneStopApi, catcher: MailCatcher, at: datetime) -> Any:
    del catcher  # it plays its part by itself
    set_the_scene(folder, settings, api, at)
    from flows.morning_run import morning_run

    return call_flow(morning_run, config=str(folder / config.CONFIG_NAME), as_of=at.isoformat())


def prepare(folder: Path, *, fresh: bool) -> None:
    """An empty folder or one of ours; `fresh` clears what the demo wrote and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    strangers = [p.name for p in folder.iterdir() if p.name not in OURS and not p.name.startswith("index")]
    if strangers and not (folder / config.CONFIG_NAME).exists():
        msg = f"{folder} is not empty ({strangers[0]} …): choose another folder with --dir"
        raise UsageFaultError(msg)
    if fresh:
        for path in folder.iterdir():
            if path.name in OURS or path.name.startswith("index"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def is_played(settings: Settings, at: datetime) -> bool:
    """Whether the morning of that moment has been run to its end in this warehouse."""
    engine = open_engine(settings.warehouse.url)
    upgrade(engine)
    with reading(engine) as conn:
        done = slot_done(conn, "morning", at.date(), PLAYED)
    engine.dispose()
    return done


def _is_lost_mail(caught: Any) -> bool:
    sent_on: date = caught.message["Date"].datetime.date()
    return sent_on == LOST_ANSWER_DAY and LOST_ANSWER_ADDRESS in caught.recipients


def _answered(done: set[tuple[str, bool]]) -> set[tuple[str, bool]]:
    """An answered dispute has also been opened."""
    return {(key, False) for key, answered in done if answered}


def _act(conn: Any, act: desk.DeskAct) -> None:
    if act.opens:
        row = next(iter(dossiers_by_key(conn, [act.item_key])))
        desk_book.open_dispute(
            conn,
            item_key=act.item_key,
            code=act.code,
            reason=act.statement,
            by=act.by,
            content_hash=row["content_hash"],
            now=act.at,
            opened_on=act.at.date(),
        )
        return
    for dispute in desk_book.open_disputes(conn):
        if dispute["item_key"] == act.item_key:
            desk_book.answer_dispute(conn, dispute["id"], act.outcome, act.statement, act.by, act.at)


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
