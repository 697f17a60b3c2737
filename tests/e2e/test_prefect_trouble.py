"""Prefect's server is for watching: when its answers get lost, the morning goes on and tells the truth in our books."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deployments.demo.story import DAYS, morning
from tests.e2e.invariants import check_as_undisturbed
from tests.e2e.killing import Zygote, stage
from tests.e2e.lossy import LossyWay
from tests.e2e.stagehands import Play
from tests.prefect_server import Server

pytestmark = [pytest.mark.trial, pytest.mark.timeout(900)]


class FirstWords:
    """Picks the first time each flow run says that it is completed; what it says again is answered."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def __call__(self, path: str, part: bytes) -> bool:
        if path in self.heard or not path.endswith("/set_state") or b'"COMPLETED"' not in part:
            return False
        self.heard.add(path)
        return True


def test_answers_lost_at_the_end_of_every_stage(
    tmp_path: Path, zygote: Zygote, prefect: Server, sqlite_play: Play
) -> None:
    at = morning(DAYS[0])
    server = urlsplit(prefect.url)
    assert server.port
    with LossyWay(server.port, FirstWords()) as way, stage(tmp_path, zygote) as where:
        where.set_scene(at)
        report = where.finish(at, api_url=f"http://127.0.0.1:{way.port}{server.path}")
        assert len(way.lost) == 4  # sync, flag, remind, morning
        assert (report["state"], report["exit_status"], report["mails"]["handed"]) == ("done", 0, 5)
        check_as_undisturbed(where.settings.warehouse.url, at.date(), list(where.catcher.caught), sqlite_play)
