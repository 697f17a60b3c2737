"""An admin's way through the form in a real browser: opened, filled in, sent, its result read.

`python -m tests.e2e.form_walk FOLDER` takes the pictures of the README anew; the test beside it walks the same way.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deployments.demo.config import CONFIG_NAME, DROPS, PASSWORD_ENV
from deployments.demo.drops import write_drops
from deployments.demo.registers import FOLDER as REGISTERS
from deployments.demo.registers import write_registers
from deployments.demo.stage import PASSWORD, prepare, theatre
from deployments.demo.story import MORNINGS
from deployments.running import call_flow
from deployments.server import HOST, free_port
from tests.browser import Page, browser
from tests.integration.test_up import Up, eventually
from tests.prefect_server import private_prefect

LAST = MORNINGS[-1]
ASKED_AT = LAST + timedelta(hours=1)
SHOWN_FOLDER = "/srv/dondoc"  # in pictures, instead of a test's own
SERVE = """
import os, sys
os.environ[{name!r}] = {password!r}
sys.argv = ["dondoc", "--config", {config!r}, "up", "--port", "{port}"]
from deployments.__main__ import main
main()
"""


@contextmanager
def served(folder: Path) -> Iterator[Up]:
    """The story on its last morning, pulled once, its registers typed off, and `dondoc up` serving it."""
    prepare(folder, fresh=False)
    with theatre(folder) as (_, api, _):
        api.set_moment(LAST)
        write_drops(folder / DROPS, LAST.date())
        write_registers(folder / REGISTERS)
        with private_prefect():
            from flows.sync_run import sync_run

            call_flow(sync_run, config=str(folder / CONFIG_NAME), as_of=LAST.isoformat())
        port = free_port()
        config = str(folder / CONFIG_NAME)
        serve = SERVE.format(name=PASSWORD_ENV, password=PASSWORD, config=config, port=port)
        up = Up(folder, port, "-c", serve)
        try:
            up.until_ready()
            yield up
        finally:
            up.process.terminate()
            up.process.wait()
            up.api.close()


def fill_in(up: Up, page: Page, pictures: Path) -> str:
    """Open the form, fill it in, send it; the id of the run."""
    number = up.deployment("reconcile")["id"]
    page.size(1280, 1750)
    page.go(f"http://{HOST}:{up.port}/deployments/deployment/{number}/run")
    page.until_said("Người yêu cầu")
    page.fill("Thời điểm tính", ASKED_AT.isoformat())
    page.pick_day("Tiếp nhận từ ngày", "Chọn ngày", date(2026, 11, 1))
    page.fill("Người yêu cầu", "Thanh tra Sở Nội vụ")
    page.fill("Lý do đối soát", "Kiểm tra công vụ quý IV, theo kế hoạch")
    page.picture(pictures / "reconcile-form.png", height=1750, hide=(str(up.folder), SHOWN_FOLDER))
    page.click("Submit")
    runs: Any = eventually(lambda: reconciliations(up), "the form starts a run")
    return str(runs[0]["id"])


def reconciliations(up: Up) -> list[dict[str, Any]]:
    """Runs of the deployment."""
    number = up.deployment("reconcile")["id"]
    return list(up.post("/flow_runs/filter", flow_runs={"deployment_id": {"any_": [number]}}))


def ended(up: Up, run_id: str) -> dict[str, Any]:
    """The run once it is over."""
    return dict(eventually(lambda: (run := up.run(run_id))["end_time"] and run, "the reconciliation ends"))


def artifact(up: Up, key: str) -> dict[str, Any]:
    """The newest of that key."""
    found = up.post("/artifacts/filter", artifacts={"key": {"any_": [key]}}, sort="CREATED_DESC", limit=1)
    return dict(found[0])


def read_result(up: Up, page: Page, pictures: Path) -> tuple[str, str]:
    """What the card and the table show in the browser."""
    key = f"reconcile-{ASKED_AT:%Y%m%d}"
    page.size(1280, 1900)
    page.go(f"http://{HOST}:{up.port}/artifacts/artifact/{artifact(up, key)['id']}")
    page.until_said("Hồ sơ có mặt ở đâu")
    card = page.text()
    page.picture(pictures / "reconcile-card.png", height=1900, hide=(str(up.folder), SHOWN_FOLDER))
    page.size(1900, 1100)
    page.go(f"http://{HOST}:{up.port}/artifacts/artifact/{artifact(up, f'{key}-differences')['id']}")
    page.until_said("Ai xử lý")
    table = page.text()
    page.picture(pictures / "reconcile-table.png", width=1900, height=1100)
    return card, table


def main(pictures: Path) -> None:
    """Walk once and leave the pictures there."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with served(place / "demo") as up, browser(place / "profile") as page:
            run = ended(up, fill_in(up, page, pictures))
            sys.stdout.write(f"{run['state']['message']}\n")
            read_result(up, page, pictures)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
