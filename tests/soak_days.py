"""`python -m tests.soak_days [--days N] [--seed S] --out FILE`: one process works a hundred mornings, told as JSON.

A village lives on: dossiers come, are late, are resolved; on some days a file is damaged, mails are refused or
deferred, answers are lost, the morning is killed in a child before it is run here. The clock is the injected one.
"""

import argparse
import gc
import json
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from tasks.calendar_files import shipped_calendar
from tasks.rules.timezone import HANOI
from tests.e2e.killing import Zygote
from tests.flows.village import CONTACTS, UNITS, Village, dossier, runner
from tests.prefect_server import private_prefect
from tests.scripted_smtp import DROP, ScriptedSmtp
from warehouse import desk, flag_store, ledger_read
from warehouse.tables import mail_items, mails

FIRST = date(2026, 1, 5)
SHARE = 0.05
WARM_UP = 20
BY = "Chánh Văn phòng"
ABOVE = tuple(
    CONTACTS[0] | {"unit_code": "TINH", "role": role, "email": f"{role}@tinh.example.gov.vn", "title": title}
    for role, title in (("superior", "Phó Chủ tịch tỉnh"), ("leadership", "Chủ tịch tỉnh"))
)


class MoodySmtp(ScriptedSmtp):
    """Refuses, defers or takes without an answer, now and then."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance, self.faults, self.calm = chance, Counter[str](), False

    def _next(self, verb: str) -> str:
        wanted = {"RCPT": (("refused", "550 no such user"), ("deferred", "451 later")), "DOT": (("answer lost", DROP),)}
        for name, answer in wanted.get(verb, ()):
            if not self.calm and self.chance.random() < SHARE / 3:
                self.faults[name] += 1
                return answer
        return super()._next(verb)


@dataclass
class Life:
    """What happens in the village from day to day, decided by the seed."""

    chance: random.Random
    open: list[dict[str, str]] = field(default_factory=list)
    made: int = 0

    def drop_of(self, day: date) -> list[dict[str, str]]:
        """Every open dossier, new ones among them, and those resolved since."""
        before = day - timedelta(days=1)
        for unit in ("A", "B"):
            if self.chance.random() < 0.7:
                self.made += 1
                received = {"received_at": f"{before:%d/%m/%Y} 09:00", "due_at": ""}
                self.open.append(dossier(1000 + self.made, unit, **received))
        done = [one for one in self.open if self.chance.random() < 0.06]
        self.open = [one for one in self.open if one not in done]
        resolved = [one | {"status": "9", "resolved_at": f"{day:%d/%m/%Y} 06:00"} for one in done]
        return self.open + resolved


def working_days(number: int) -> list[date]:
    calendar, found, day = shipped_calendar(), [], FIRST
    while len(found) < number:
        if calendar.is_working_day(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def used() -> dict[str, float]:
    """Open descriptors and sockets of this process, its memory in megabytes."""
    gc.collect()
    links = [_target(path) for path in Path("/proc/self/fd").iterdir()]
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return {
        "descriptors": len(links),
        "connections": sum(link.startswith("socket:") for link in links),
        "memory": pages * resource.getpagesize() / 1e6,
    }


def _target(path: Path) -> str:
    with suppress(OSError):  # the descriptor of the listing itself
        return str(path.readlink())
    return ""


class Soak:
    """The cycles and what was counted."""

    def __init__(self, folder: Path, smtp: MoodySmtp, chance: random.Random, zygote: Zygote) -> None:
        self.village = Village(folder / "village")
        self.village.folder.mkdir()
        self.village.configure(smtp.port, timeout="30").drop("don-vi", UNITS, datetime(2026, 1, 2, tzinfo=HANOI))
        self.smtp, self.chance, self.zygote = smtp, chance, zygote
        self.life, self.run = Life(chance), runner()
        self.faults, self.ends, self.forgotten = Counter[str](), Counter[str](), 0
        self.copies = Counter[str]()
        self.figures: list[dict[str, float]] = []
        self.seconds: list[float] = []

    def work(self, day: date, *, calm: bool) -> None:
        """A morning, the reminders' run after it, and whoever approves."""
        at = datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI)
        self.smtp.calm, began = calm, time.monotonic()
        before = self.smtp.faults.total()
        broken = not calm and self.chance.random() < SHARE
        self._files(at, broken=broken)
        if not calm and self.chance.random() < SHARE:
            self._killed(at)
        report = self.run(self.village, "morning", at)
        self._approve(at + timedelta(minutes=15))
        self.run(self.village, "remind", at + timedelta(minutes=20))
        self.ends[f"{report['state']} ({report['exit_status']})"] += 1
        if not broken and self.smtp.faults.total() == before:
            self.forgotten += len(list(self._forgotten()))
        self._count()
        self.figures.append(used())
        self.seconds.append(time.monotonic() - began)

    def _files(self, at: datetime, *, broken: bool) -> None:
        dawn = at - timedelta(hours=1)
        self.village.drop("danh-ba", [*CONTACTS, *ABOVE], dawn)
        path = self.village.drop("ho-so", self.life.drop_of(at.date()), dawn)
        if broken:
            self.faults["file damaged"] += 1
            path.write_bytes(path.read_bytes()[:200] + b"\xff\xfe\x00")

    def _killed(self, at: datetime) -> None:
        """The same morning in a child, whose power goes."""
        self.faults["killed"] += 1
        pid = self.zygote.start("morning", config=str(self.village.config), as_of=at.isoformat(), wait_seconds=0.0)
        if not self.zygote.has_ended(within=self.chance.uniform(0.5, 5.0)):
            os.killpg(pid, 9)
        self.zygote.result()

    def _approve(self, at: datetime) -> None:
        """Every second day somebody looks at what waits."""

        def act(conn: Any) -> None:
            for mail in ledger_read.mails_of(conn, business_date=at.date(), state="held"):
                if mail["reason"] == desk.APPROVAL and self.chance.random() < 0.5:
                    desk.approve_mail(conn, mail["id"], BY, at, today=at.date())

        self.village.acting(act)

    def _forgotten(self) -> Iterator[str]:
        """Overdue items that no mail told that was handed, or may have been."""

        def asked(conn: Any) -> tuple[list[Any], set[Any]]:
            told = select(mail_items.c.item_key).join(mails, mail_items.c.mail_id == mails.c.id)
            told = told.where(mails.c.state.in_(("handed", "uncertain")), mail_items.c.role == "asked")
            flags = [row for row in flag_store.open_flags(conn) if row["flag"] == "overdue"]
            return flags, set(conn.execute(told).scalars())

        flags, told = self.village.reading(asked)
        yield from (row["code"] for row in flags if row["item_key"] not in told)

    def _count(self) -> None:
        """What the server took today; the bytes are not kept, this process is weighed."""
        self.copies.update(str(message_from_bytes(body)["Message-ID"]) for _, body in self.smtp.accepted)
        self.smtp.accepted.clear()

    def outcome(self) -> dict[str, Any]:
        """As written to the file, after every day."""
        level = self.village.reading(lambda conn: ledger_read.mails_of(conn, audience="leadership"))
        return {
            "days": len(self.figures),
            "mails": self.copies.total(),
            "dossiers": self.life.made,
            "twice": self.copies.total() - len(self.copies),
            "forgotten": self.forgotten,
            "faults": dict(self.faults + self.smtp.faults),
            "ends": dict(self.ends),
            "leadership": dict(Counter(mail["state"] for mail in level)),
            "seconds": [round(one, 2) for one in self.seconds],
            "figures": self.figures,
        }


def drift(figures: list[dict[str, float]], name: str) -> tuple[float, float]:
    """Median of the ten days after the warm-up, and of the last ten."""
    values = [one[name] for one in figures]
    return median(values[WARM_UP : WARM_UP + 10]), median(values[-10:])


def section(told: dict[str, Any]) -> tuple[str, bool]:
    """The chapter of docs/soak.md, and whether all of it is as it must be."""
    flat, rows = True, []
    for name, unit in (("descriptors", ""), ("connections", ""), ("memory", " MB")):
        first, last = drift(told["figures"], name)
        flat = flat and last <= first * 1.05
        rows.append(f"| {name} of the process | {first:.0f}{unit} | {last:.0f}{unit} |\n")
    faults = ", ".join(f"{number} × {name}" for name, number in sorted(told["faults"].items()))
    ends = ", ".join(f"{number} × {name}" for name, number in sorted(told["ends"].items()))
    top = ", ".join(f"{number} {name}" for name, number in sorted(told["leadership"].items())) or "none"
    text = f"""
## A life of {told["days"]} working days

One process works {told["days"]} mornings of a village ({told["dossiers"]} dossiers; SQLite) through Prefect, with the
injected clock; faults come by chance, at 5 % each of damaged files, killed mornings and mails that go wrong.
Faults: {faults}. Ends of mornings: {ends}. Mails taken by the server: {told["mails"]}; taken twice: {told["twice"]};
overdue items that no mail told on a day without faults: {told["forgotten"]}. Lists to the leadership: {top}.

| what | after {WARM_UP} days | at the end |
|---|---:|---:|
{"".join(rows)}
Median of ten days each; flat means at most 5 % more. Seconds a day (median): {median(told["seconds"]):.1f}.
"""
    return text, flat and not told["twice"] and not told["forgotten"]


def main() -> None:
    """Play the days; the last two without faults: whatever was pending is settled then."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak_days", description=__doc__)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", default="dondoc")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with TemporaryDirectory(prefix="soak-") as folder, private_prefect() as server, MoodySmtp(chance) as smtp:
        zygote = Zygote(Path(folder) / "zygote", server.url)
        soak = Soak(Path(folder), smtp, chance, zygote)
        for number, day in enumerate(working_days(given.days)):
            soak.work(day, calm=number >= given.days - 2)
            given.out.write_text(json.dumps(soak.outcome(), ensure_ascii=False), encoding="utf-8")
        zygote.close()


if __name__ == "__main__":
    main()
