"""Reports to the leadership: read as of a moment, counted by the pure rules, written as a page and a workbook.

The same warehouse, as_of and known_at make the same bytes, today and later. Mails are `reporting_mails`', the sheet
about one unit is `reporting_unit`'s; wording and layout are in `tasks/reports/period*`.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.clock import parse_as_of
from tasks.mail.guard import PersonalDataError, scan
from tasks.narration import logger
from tasks.refused_requests import RequestRefusedError
from tasks.report_reading import Reading
from tasks.reports.period import report_page, write_report_book
from tasks.rules.datasets import DATASETS
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.freshness import working_age
from tasks.rules.model import Audience
from tasks.rules.report_figures import dossier_figures, field_of, remedy_figures
from tasks.rules.report_model import Line, Period, PeriodKind, Report, SourceQuality, Tallies, last_complete
from tasks.rules.timezone import HANOI
from tasks.run_context import AsOfRefusedError, Run, current
from tasks.settings import Source
from tasks.whole_files import whole_file, write_whole
from warehouse.report_rows import reason_counts

FILES = "files"  # what writing leaves in `run.kept`: paths
REPORT = "report"  # … and the figures, by period
_TOLD = (Audience.HEAD, Audience.INSPECTING, Audience.SUPERIOR, Audience.LEADERSHIP)
_MAIL_STATES = {"handed": "handed", "uncertain": "uncertain", "refused": "not_sent", "expired": "not_sent"}
_MOST_REASONS = 12


@task(name="write report", cache_policy=NO_CACHE, persist_result=False)
def write_report(run_id: str, kind: str, *, mailed: bool = False) -> list[str]:
    """Read, count and write the last complete week or month as HTML and XLSX; returns the paths.

    A dry run writes only where a folder was named. `mailed`: mails have left that name the file there is, so one with
    other figures stands beside it.
    """
    run = current(run_id)
    report = report_of(run, PeriodKind(kind))
    run.kept.setdefault(REPORT, {})[kind] = report
    folder = report_folder(run)
    paths = _written(report, folder, run.settings.locale, keeps=mailed and not run.request.out) if folder else []
    run.kept[FILES] = [*run.kept.get(FILES, []), *paths]
    logger().info("report %s: %d files", report.period.key, len(paths))
    return paths


def report_of(run: Run, kind: PeriodKind) -> Report:
    """The report as the run's as_of and known_at have it."""
    period = last_complete(kind, run.business_date)
    known_at = known_at_of(run)
    with run.store.reading() as conn:
        return _read(run, conn, period, known_at)


def known_at_of(run: Run) -> datetime:
    """The moment whose knowledge is asked for: as_of unless told otherwise. Raises AsOfRefusedError."""
    text = run.request.report.known_at
    try:
        return parse_as_of(text) or run.clock.as_of
    except ValueError:
        raise AsOfRefusedError("not_a_moment", text=text) from None


def report_folder(run: Run) -> Path | None:
    """Where files go; None for a dry run that named no folder."""
    if run.request.out:
        return Path(run.request.out)
    return None if run.request.dry_run else run.settings.var / "reports"


def report_stem(period: Period, known_at: datetime | None = None) -> str:
    """File name without its ending; one that was asked for with other knowledge never takes the place of another."""
    known = f"-biet-{known_at.astimezone(HANOI):%Y%m%d-%H%M}" if known_at else ""
    return f"bao-cao-{period.key}{known}"


def _read(run: Run, conn: Connection, period: Period, known_at: datetime) -> Report:
    reading = Reading(run, conn, known_at)
    counted, remedies = Tallies(), Tallies()
    for dossier in reading.dossiers(period):
        of_field = _told_field(field_of(dossier))
        for unit, figure in dossier_figures(dossier, period, reading.world, present=reading.present):
            counted.add(unit, of_field, figure)
    for item in reading.recommendations():
        for unit, remedy in remedy_figures(item, reading.world):
            remedies.add(unit, "", remedy)
    names = {code: reading.unit_name(code) for code in (*counted.units, *remedies.units)}
    return Report(
        period=period,
        as_of=run.clock.as_of,
        known_at=None if known_at == run.clock.as_of else known_at,
        due_soon_days=reading.world.rules.due_soon_dossier,
        total=Line(key="", name="", counts=counted.total),
        units=_lines(counted.units, names),
        fields=_lines(counted.fields, {}),
        remedy_total=Line(key="", name="", counts=remedies.total),
        remedies=_lines(remedies.units, names),
        sources=tuple(_sources(run, reading, period)),
        reasons=tuple(reason_counts(reading.quarantined)[:_MOST_REASONS]),
        finished_without_date=reading.known.finished_without_date(),
        mails=_mails(reading, period),
        disputes=_disputes(reading, period),
        rule_version=RULE_VERSION,
        calendar_version=run.calendar.version,
    )


@cache
def _told_field(name: str) -> str:
    """A field as the source names it; not known where somebody's number or address slipped into the column."""
    try:
        scan(name, ())
    except PersonalDataError:
        return ""
    return name


def _lines(counts: Mapping[str, dict[str, int]], names: Mapping[str, str]) -> tuple[Line, ...]:
    """In the order of codes and of the alphabet: a report is no league table."""
    return tuple(Line(key=key, name=names.get(key, key), counts=counts[key]) for key in sorted(counts, key=_in_order))


def _in_order(key: str) -> tuple[bool, str]:
    """Đ stands behind D; what has no name comes last."""
    return not key, unicodedata.normalize("NFD", key.replace("Đ", "D\u0335").replace("đ", "d\u0335"))


def _sources(run: Run, reading: Reading, period: Period) -> Iterator[SourceQuality]:
    known = reading.known
    moments, states, refusals = known.moments(), known.last_states(), known.refusals(period.begin, period.end)
    for source in run.settings.sources:
        mine = [row for row in reading.quarantined if row["source"] == source.name]
        moment = moments.get(source.name)
        yield SourceQuality(
            name=source.name,
            dataset=source.dataset,
            data_moment=moment,
            fresh=states.get(source.name) != "refused" and _is_fresh(run, source, moment),
            refused=refusals.get(source.name, 0),
            quarantined=len(mine),
            quarantined_new=sum(period.holds(row["first_seen_at"]) for row in mine),
        )


def _is_fresh(run: Run, source: Source, moment: datetime | None) -> bool:
    """As for mails: datasets that age within their hours, the others once they were ever loaded."""
    if moment is None or not DATASETS[source.dataset].aged:
        return moment is not None
    return working_age(moment, run.clock.as_of, run.calendar) <= timedelta(hours=source.max_age_hours)


def _mails(reading: Reading, period: Period) -> tuple[Line, ...]:
    """Mails of the period's business dates to all but ops, in the order of the ladder."""
    numbers: dict[str, Counter[str]] = {audience.value: Counter() for audience in _TOLD}
    for mail in reading.known.mails(period.first, period.last):
        if mail["audience"] in numbers:
            numbers[mail["audience"]][_MAIL_STATES.get(mail["state"], "not_sent")] += 1
    return tuple(Line(key=name, name=name, counts=dict(sorted(counts.items()))) for name, counts in numbers.items())


def _disputes(reading: Reading, period: Period) -> dict[str, int]:
    rows = reading.known.disputes()
    answered = Counter(row["outcome"] for row in rows if period.holds(row["answered_at"]))
    return {
        "opened": sum(_within(row["opened_on"], period) for row in rows),
        "upheld": answered["upheld"],
        "rejected": answered["rejected"],
        "open": sum(row["answered_at"] is None for row in rows),
    }


def _within(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _written(report: Report, folder: Path, locale: str, *, keeps: bool) -> list[str]:
    stem, text = report_stem(report.period, report.known_at), report_page(report, locale)
    try:
        if keeps and (folder / f"{stem}.html").exists() and (folder / f"{stem}.html").read_bytes() != text.encode():
            stem += f"-luc-{report.as_of.astimezone(HANOI):%Y%m%d-%H%M}"
        page, book = (folder / f"{stem}.{ending}" for ending in ("html", "xlsx"))
        write_whole(page, text)
        with whole_file(book) as out:
            write_report_book(out, report, locale, str(folder))
    except OSError:
        raise RequestRefusedError("folder_unwritable", folder=folder) from None
    return [str(page), str(book)]
