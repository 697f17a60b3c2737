"""The sheet about one unit: what the books say of it as of a moment, written as one page.

Wording and layout are in `tasks/reports/unit_sheet`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.refused_requests import RequestRefusedError
from tasks.report_reading import Reading
from tasks.reporting import FILES, known_at_of, report_folder
from tasks.reports.unit_sheet import LOOK_BACK, OpenRemedy, UnitSheet, sheet_page
from tasks.rules.dossier_flags import dossier_flags
from tasks.rules.lateness import lateness
from tasks.rules.model import Flag, ItemFacts
from tasks.rules.recommendations import answering_unit, due_instant, recommendation_state
from tasks.rules.report_model import PeriodKind, last_complete
from tasks.run_context import Run, current
from tasks.whole_files import write_whole

_UNSAFE = re.compile(r"[^\w-]+")


@task(name="write unit sheet", cache_policy=NO_CACHE, persist_result=False)
def write_unit_sheet(run_id: str, unit_code: str) -> list[str]:
    """Write the page; returns its path, nothing for a dry run that named no folder.

    Raises:
        RequestRefusedError: no unit bears the code on the day of as_of.
    """
    run = current(run_id)
    sheet = sheet_of(run, unit_code)
    folder = report_folder(run)
    if folder is not None:
        known = f"-biet-{sheet.known_at:%Y%m%d-%H%M}" if sheet.known_at else ""
        path = folder / f"phieu-{_UNSAFE.sub('_', unit_code)}-{run.business_date:%Y%m%d}{known}.html"
        try:
            write_whole(path, sheet_page(sheet, run.settings.locale))
        except OSError:
            raise RequestRefusedError("folder_unwritable", folder=folder) from None
        run.kept[FILES] = [str(path)]
    logger().info("sheet of a unit: %d flags, %d recommendations", len(sheet.asked), len(sheet.remedies))
    return list(run.kept.get(FILES, []))


def sheet_of(run: Run, unit_code: str) -> UnitSheet:
    """Everything that the page tells, read in one transaction; never from knowledge later than as_of."""
    known_at = min(known_at_of(run), run.clock.as_of)
    with run.store.reading() as conn:
        reading = Reading(run, conn, known_at)
        known, world = reading.known, reading.world
        if world.directory.unit_on(unit_code, world.today) is None:
            raise RequestRefusedError("unit_unknown", unit=unit_code)
        disputes = known.disputes(unit_code)
        disputed = {row["item_key"] for row in disputes if row["answered_at"] is None}
        flags = list(_flags(reading))
        return UnitSheet(
            unit_code=unit_code,
            unit_name=reading.unit_name(unit_code),
            as_of=run.clock.as_of,
            known_at=None if known_at == run.clock.as_of else known_at,
            asked=[replace(one, disputed=one.item_key in disputed) for one in flags if one.unit_code == unit_code],
            elsewhere=[one for one in flags if _lies_elsewhere(one, unit_code)],
            remedies=list(_remedies(reading, unit_code)),
            differences=known.differences(unit_code),
            mails=known.mails(world.today - timedelta(days=LOOK_BACK), world.today, unit_code),
            disputes=disputes,
        )


def _flags(reading: Reading) -> Iterator[ItemFacts]:
    """Flags of the open dossiers, as a flag run at as_of would find them."""
    for dossier in reading.dossiers(last_complete(PeriodKind.WEEK, reading.world.today)):
        yield from dossier_flags(dossier, reading.world)


def _lies_elsewhere(one: ItemFacts, unit_code: str) -> bool:
    return (
        one.flag is Flag.OVERDUE and one.recorded_unit_code == unit_code != one.unit_code and one.asked_from is not None
    )


def _remedies(reading: Reading, unit_code: str) -> Iterator[OpenRemedy]:
    world = reading.world
    for item in reading.recommendations():
        state = recommendation_state(item, world.as_of)
        owner = answering_unit(item, state, world).today
        if owner is None or owner.code != unit_code or not (state.owner_must_act or state.status == "reported"):
            continue
        reported, due = state.status == "reported", state.due_on
        late = None
        if due is not None and due < world.today and not (reported or item.in_doubt):
            late = lateness(due_instant(due, world), world.as_of, world.calendar, by_minute=False).days_late
        yield OpenRemedy(
            code=item.record.recommendation_code,
            content=item.record.content,
            due_on=due,
            original_due_on=state.original_due_on,
            reported=reported,
            in_doubt=item.in_doubt,
            days_late=late,
        )
