"""Flag what is late: read the open, apply the pure rules, bring the stored set into line."""

from dataclasses import replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.books import all_disputes, hashes_of
from tasks.gather import open_dossiers, recommendations, world_of
from tasks.mail.frozen import freeze
from tasks.narration import logger
from tasks.rules.band import BandState
from tasks.rules.disputes import effect_of
from tasks.rules.flags import open_flags
from tasks.rules.model import ItemFacts, SourceLine
from tasks.run_context import Run, current, versions
from tasks.volume_band import figures_of
from warehouse import flag_store

_FLAGGED = "?flagged"  # no source can bear this name


@task(name="flag open items", cache_policy=NO_CACHE, persist_result=False)
def flag_open_items(run_id: str) -> dict[str, int]:
    """Flags as of the run's as_of; returns how many were opened, closed and are open."""
    run = current(run_id)
    with run.store.transaction() as conn:
        items = _flags(run, conn)
        figures = figures_of(run, conn, items)
        rule_version, calendar_version = versions(run)
        counts = flag_store.bring_into_line(
            conn,
            [_row(item) for item in items],
            as_of=run.clock.as_of,
            business_date=run.business_date,
            run_id=run.run_id,
            rule_version=rule_version,
            calendar_version=calendar_version,
            by_source=figures,
        )
    _hold_unusual(run, figures)
    run.kept[_FLAGGED] = True
    run.flags = {"opened": counts.opened, "closed": counts.closed, "open": counts.open}
    logger().info("flags: %d opened, %d closed, %d open", counts.opened, counts.closed, counts.open)
    return run.flags


def _hold_unusual(run: Run, figures: dict[str, dict[str, Any]]) -> None:
    """A source out of band is refused for today's mails; its flags are stored all the same."""
    datasets = {source.name: source.dataset for source in run.settings.sources}
    unusual = {name: told["why"] for name, told in figures.items() if told["state"] == BandState.HELD}
    for name, text in unusual.items():
        line = run.sources.get(name) or SourceLine(name=name, dataset=datasets[name])
        run.sources[name] = replace(line, state="refused", error=text)
        logger().warning("%s: %s", name, text)


def is_flagged(run: Run) -> bool:
    """Whether this run has brought the flags into line already."""
    return bool(run.kept.get(_FLAGGED))


def _flags(run: Run, conn: Connection) -> list[ItemFacts]:
    world = world_of(run, conn)
    dossiers, recs = open_dossiers(conn), recommendations(conn)
    items = open_flags(dossiers, recs, world)
    disputes, hashes = all_disputes(conn, recs), hashes_of([*dossiers, *recs])
    marked = []
    for item in items:
        effect = effect_of(disputes.get(item.item_key, ()), hashes.get(item.item_key, ""), run.calendar, world.today)
        marked.append(replace(item, disputed=effect.open))
    return marked


def _row(item: ItemFacts) -> flag_store.FlagRow:
    facts: dict[str, Any] = freeze(item)
    return flag_store.FlagRow(
        subject=item.subject.value,
        system=item.system,
        item_key=item.item_key,
        code=item.code,
        flag=item.flag.value,
        unit_code=item.unit_code,
        recorded_unit_code=item.recorded_unit_code,
        tier=item.tier,
        due_at=item.due_at,
        days_late=item.days_late,
        disputed=item.disputed,
        facts=facts,
    )
