"""A day in the Prefect UI in a real browser: the morning and its card, an approval, reports, a reconciliation.

`python -m tests.e2e.form_walk FOLDER` takes the pictures of the README anew; the test beside it walks the same way.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from deployments.demo.config import CONFIG_NAME, DROPS, PASSWORD_ENV
from deployments.demo.drops import write_drops
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.registers import FOLDER as REGISTERS
from deployments.demo.registers import write_registers
from deployments.demo.stage import PASSWORD, prepare, theatre
from deployments.demo.story import MORNINGS
from deployments.server import HOST, free_port
from tests.browser import Page, browser
from tests.integration.test_up import Up, eventually

FIRST, LAST = MORNINGS[0], MORNINGS[-1]
SOON = FIRST + timedelta(minutes=15)
EVERY_MAIL_WAITS = """
[reminders]
ladder = [{level = 1, after_working_days = 0, audience = "head", approval = true}]
"""
ASKED_AT = LAST + timedelta(hours=1)
A_UNIT = "31157"
SHOWN_FOLDER = "/srv/dondoc"  # in pictures, instead of a test's own
SERVE = """
import os, sys
os.environ[{name!r}] = {password!r}
sys.argv = ["dondoc", "--config", {config!r}, "up", "--port", "{port}"]
from deployments.__main__ import main
main()
"""


@dataclass(frozen=True)
class Day:
    """The story, served: `dondoc up` over it, its one-stop software, its mail catcher."""

    up: Up
    api: OneStopApi
    catcher: MailCatcher

    def go_on_to(self, moment: datetime) -> None:
        """Bring one-stop software and drop folder to that moment."""
        self.api.set_moment(moment)
        write_drops(self.up.folder / DROPS, moment.date())


@contextmanager
def served(folder: Path) -> Iterator[Day]:
    """The story on its first morning, every mail to be approved first."""
    prepare(folder, fresh=False)
    with theatre(folder) as (_, api, catcher):
        config = folder / CONFIG_NAME
        config.write_text(config.read_text(encoding="utf-8") + EVERY_MAIL_WAITS, encoding="utf-8")
        port = free_port()
        serve = SERVE.format(name=PASSWORD_ENV, password=PASSWORD, config=str(config), port=port)
        day = Day(Up(folder, port, "-c", serve), api, catcher)
        day.go_on_to(FIRST)
        try:
            day.up.until_ready()
            yield day
        finally:
            day.up.process.terminate()
            day.up.process.wait()
            day.up.api.close()


def morning(up: Up, page: Page, pictures: Path) -> str:
    """Start the morning by its form; what its card says."""
    open_form(up, page, "morning", "Thời điểm tính")
    page.fill("Thời điểm tính", FIRST.isoformat())
    run = ended(up, send_form(up, page, "morning"))
    page.go(f"http://{HOST}:{up.port}/dashboard")
    page.until_said("Active Work Pools")
    page.picture(pictures / "prefect-dashboard.png")
    page.go(f"http://{HOST}:{up.port}/runs/flow-run/{run['id']}")
    page.until_said("bulletin")  # what it told as it went
    page.picture(pictures / "prefect-run.png", height=1000)
    return read_card(up, page, f"morning-{FIRST:%Y%m%d}", pictures / "prefect-card.png")


def approval(up: Up, page: Page, pictures: Path) -> dict[str, Any]:
    """Submit what is held, answer as another person; the run as it ended."""
    open_form(up, page, "approve", "Người trình")
    page.fill("Thời điểm tính", SOON.isoformat())
    page.fill("Người trình", "Bộ phận vận hành")
    run_id = send_form(up, page, "approve")
    eventually(lambda: up.run(run_id)["state"]["type"] == "PAUSED", "the run waits for a person")
    page.size(1280, 1500)
    page.go(f"http://{HOST}:{up.port}/runs/flow-run/{run_id}")
    page.click("Resume")
    page.until_said("Người duyệt")
    page.fill("Người duyệt", "Chánh Văn phòng")
    page.choose("Thư", "duyệt, cho gửi")
    page.picture(pictures / "prefect-approve.png", height=1500)
    page.click("Submit")
    return ended(up, run_id)


def open_form(up: Up, page: Page, name: str, title: str) -> None:
    """The form of a deployment, with all its fields in sight."""
    page.size(1280, 1750)
    page.go(f"http://{HOST}:{up.port}/deployments/deployment/{up.deployment(name)['id']}/run")
    page.until_said(title)


def send_form(up: Up, page: Page, name: str) -> str:
    """Press its button, again where the server was too busy to answer; the id of the run that starts."""
    before = {run["id"] for run in runs_of(up, name)}

    def started() -> list[dict[str, Any]]:
        if page.has_popped_up("Something went wrong"):
            page.click("Submit")
        return [run for run in runs_of(up, name) if run["id"] not in before]

    page.click("Submit")
    return str(eventually(started, "it starts a run")[0]["id"])


def read_card(up: Up, page: Page, key: str, picture: Path) -> str:
    """The newest artifact of that key, as seen."""
    page.size(1280, 1900)
    page.go(f"http://{HOST}:{up.port}/artifacts/artifact/{artifact(up, key)['id']}")
    page.until_said("Phiếu chạy")
    page.picture(picture, height=1900, hide=(str(up.folder), SHOWN_FOLDER))
    return page.text()


def reconcile(up: Up, page: Page, pictures: Path) -> str:
    """Ask by the form whether the books agree; the id of the run."""
    open_form(up, page, "reconcile", "Người yêu cầu")
    page.fill("Thời điểm tính", ASKED_AT.isoformat())
    page.pick_day("Tiếp nhận từ ngày", "Chọn ngày", date(2026, 11, 1))
    page.fill("Người yêu cầu", "Thanh tra Sở Nội vụ")
    page.fill("Lý do đối soát", "Kiểm tra công vụ quý IV, theo kế hoạch")
    page.picture(pictures / "reconcile-form.png", height=1750, hide=(str(up.folder), SHOWN_FOLDER))
    return send_form(up, page, "reconcile")


def asked(up: Up, name: str, **words: Any) -> dict[str, Any]:
    """Start a deployment beside the browser; the run as it ended."""
    number = up.deployment(name)["id"]
    return ended(up, up.post(f"/deployments/{number}/create_flow_run", parameters=words)["id"])


def runs_of(up: Up, name: str) -> list[dict[str, Any]]:
    """Runs of the deployment that somebody asked for."""
    wanted = {"deployment_id": {"any_": [up.deployment(name)["id"]]}}
    return [run for run in up.post("/flow_runs/filter", flow_runs=wanted) if not run["auto_scheduled"]]


def ended(up: Up, run_id: str) -> dict[str, Any]:
    """The run once it is over."""
    return dict(eventually(lambda: (run := up.run(run_id))["end_time"] and run, "the run ends"))


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


def look_at(page: Page, path: Path, picture: Path, height: int) -> str:
    """A page that a run left, opened as a file."""
    page.size(900, height)
    page.go(path.as_uri())
    page.until("document.readyState === 'complete'")
    page.picture(picture, width=900, height=height)
    return page.text()


def main(pictures: Path) -> None:
    """Walk once and leave the pictures there."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with served(place / "demo") as day, browser(place / "profile") as page:
            walk(day, page, pictures)


def walk(day: Day, page: Page, pictures: Path) -> dict[str, Any]:
    """The whole day; what was read, by where, and how many mails the approval let go."""
    up, seen = day.up, {}
    seen["card"] = morning(up, page, pictures)
    before = len(day.catcher.caught)
    seen["approval"] = approval(up, page, pictures)["state"]["message"]
    seen["let go"] = len(day.catcher.caught) - before
    day.go_on_to(LAST)
    write_registers(up.folder / REGISTERS)
    seen["sync"] = asked(up, "sync", as_of=LAST.isoformat())["state"]["message"]
    open_form(up, page, "report", "Kỳ báo cáo")
    page.fill("Thời điểm tính", ASKED_AT.isoformat())
    seen["report run"] = ended(up, send_form(up, page, "report"))["state"]["message"]
    unit = asked(up, "report", as_of=ASKED_AT.isoformat(), unit=A_UNIT)
    seen["sheet run"] = unit["state"]["message"]
    pages = up.folder / "var" / "reports"
    seen["report"] = look_at(page, newest(pages, "bao-cao-*-W*.html"), pictures / "report-week.png", 1750)
    seen["sheet"] = look_at(page, newest(pages, f"phieu-{A_UNIT}-*.html"), pictures / "unit-sheet.png", 1270)
    run = ended(up, reconcile(up, page, pictures))
    seen["reconcile run"] = run["state"]["message"]
    seen["differences"], seen["table"] = read_result(up, page, pictures)
    return seen


def newest(folder: Path, pattern: str) -> Path:
    """The file of that name written last."""
    return max(folder.rglob(pattern), key=lambda path: path.stat().st_mtime)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
