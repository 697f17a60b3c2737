"""Reading the warehouse into what the rules reason about: the world, the open items, the remembered ones."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from tasks import directory_from_rows as directory_rows
from tasks import records_from_rows as read
from tasks.rules.departures import SourceFile
from tasks.rules.directory import Directory
from tasks.rules.records import DossierFile, RecommendationFile
from tasks.rules.world import World
from tasks.run_context import Run
from warehouse import current, desk, freshness, missed, quarantine, reopenings


def world_of(run: Run, conn: Connection) -> World:
    """Directory, calendar, hours and thresholds at the run's as_of."""
    directory = Directory(
        units=directory_rows.units(current.current_rows(conn, "units")),
        successions=directory_rows.successions(current.current_rows(conn, "unit_succession")),
        contacts=directory_rows.contacts(current.current_rows(conn, "contacts")),
        absences=directory_rows.absences(current.current_rows(conn, "absences")),
        bounced=desk.bounced_addresses(conn),
    )
    return World(directory, run.calendar, run.hours, run.flag_rules, run.clock.as_of)


def open_dossiers(conn: Connection) -> list[DossierFile]:
    """Dossiers that are not finished: work follows what is open."""
    return _dossiers(conn, current.open_dossiers(conn))


def recommendations(conn: Connection) -> list[RecommendationFile]:
    """All recommendations with their logs: some hundreds a year."""
    return read.recommendation_files(
        current.current_rows(conn, "recommendations"),
        current.current_rows(conn, "recommendation_events"),
        data_moments(conn),
        _doubtful(conn),
        freshness.first_loads(conn),
    )


def files_of(conn: Connection, item_keys: Iterable[str]) -> dict[str, SourceFile]:
    """The current state of items by key, open or not."""
    wanted = set(item_keys)
    dossiers = [k for k in wanted if k.startswith("dossier/")]
    files: list[SourceFile] = list(_dossiers(conn, current.dossiers_by_key(conn, dossiers)))
    files += [r for r in recommendations(conn) if r.record.item_key in wanted]
    return {f.record.item_key: f for f in files}


def data_moments(conn: Connection) -> dict[str, datetime]:
    """Newest data moment of each source that was ever promoted."""
    return {s.source: s.data_moment for s in freshness.latest_loads(conn).values() if s.data_moment is not None}


def _dossiers(conn: Connection, rows: list[dict[str, object]]) -> list[DossierFile]:
    events = current.events_for(conn, {(str(r["system"]), str(r["dossier_code"])) for r in rows})
    told_of = {(str(e["system"]), str(e["dossier_code"])) for e in events}
    return read.dossier_files(
        rows,
        events,
        read.procedures(current.current_rows(conn, "procedures")),
        data_moments(conn),
        siblings=current.dossiers_by_code(conn, told_of),
        doubtful=_doubtful(conn),
        missed=missed.keys_missed(conn),
        reopened=reopenings.reopened(conn),
        first_loads=freshness.first_loads(conn),
    )


def _doubtful(conn: Connection) -> frozenset[str]:
    """Items of which a newer version lies in quarantine."""
    subjects = {"dossiers": "dossier", "recommendations": "recommendation"}
    return frozenset(
        current.item_key(subjects[dataset], system, key)
        for (system, dataset), keys in quarantine.doubtful_keys(conn).items()
        if dataset in subjects
        for key in keys
    )
