"""The warehouse as it was known at a moment, in the rules' shapes: the world, dossiers page by page, recommendations.

The same readings as `gather`, which is about now. Nothing is decided here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tasks import directory_from_rows as directory_rows
from tasks import records_from_rows as read
from tasks.refused_requests import RequestRefusedError
from tasks.rules.directory import Directory
from tasks.rules.records import DossierFile, RecommendationFile
from tasks.rules.report_model import Period
from tasks.rules.timezone import HANOI
from tasks.rules.world import World
from tasks.run_context import Run
from warehouse import current, retention
from warehouse.report_rows import Known, Row, doubtful


class Reading:
    """What a report and a sheet are made from: they speak of as_of, from what was known at `known.at`.

    Raises RequestRefusedError where that lies so far back that the sweep has taken some of it: it would count too few.
    """

    def __init__(self, run: Run, conn: Connection, known_at: datetime) -> None:
        forgotten = retention.forgotten_before(conn)
        if forgotten is not None and known_at < forgotten:
            raise RequestRefusedError("forgotten", day=f"{forgotten.astimezone(HANOI):%d/%m/%Y}")
        self.known = Known(conn, known_at)
        self.as_of = run.clock.as_of
        self.present = known_at <= self.as_of
        rows = self.known.rows
        directory = Directory(
            units=directory_rows.units(rows("units")),
            successions=directory_rows.successions(rows("unit_succession")),
            contacts=directory_rows.contacts(rows("contacts")),
            absences=directory_rows.absences(rows("absences")),
        )
        self.world = World(directory, run.calendar, run.hours, run.flag_rules, self.as_of)
        self.quarantined = self.known.quarantined()
        self._keys, self._codes = doubtful(self.quarantined)
        self._procedures = read.procedures(rows("procedures"))

    def unit_name(self, code: str) -> str:
        """The name of the unit that bears the code today, else the code."""
        unit = self.world.directory.unit_on(code, self.world.today)
        return unit.name if unit else code

    def dossiers(self, period: Period) -> Iterator[DossierFile]:
        """Those open at as_of, and those received or finished in the period."""
        for page in self.known.dossiers(period.begin, period.end, self.as_of):
            yield from self._files(page)

    def recommendations(self) -> list[RecommendationFile]:
        """All of them with their logs: some hundreds a year."""
        rows, events = self.known.rows("recommendations"), self.known.rows("recommendation_events")
        doubtful = {
            current.item_key("recommendation", system, key)
            for dataset, system, key in self._keys
            if dataset == "recommendations"
        }
        return read.recommendation_files(rows, events, {}, doubtful)

    def _files(self, page: Sequence[Row]) -> list[DossierFile]:
        events = self.known.by_code("dossier_events", {(row["system"], row["dossier_code"]) for row in page})
        siblings = self.known.by_code("dossiers", {(row["system"], row["dossier_code"]) for row in events})
        files = read.dossier_files(page, events, self._procedures, {}, siblings=siblings)
        return [
            replace(file, in_doubt=file.in_doubt or self._is_doubted(row))
            for row, file in zip(page, files, strict=True)
        ]

    def _is_doubted(self, row: Row) -> bool:
        """Whether a newer version of the dossier lay in quarantine, or a row without a key that may be one."""
        by_key = ("dossiers", row["system"], row["record_key"]) in self._keys
        return by_key or any(
            (row["system"], row["dossier_code"], unit) in self._codes for unit in ("", row["unit_code"])
        )
