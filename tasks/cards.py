"""The run card and the desks: what happened and what waits, as Prefect artifacts and as pages in the state folder.

Published when the run's book is closed, so that the card tells how the run really ended. Whatever fails here is left:
the truth stands in the books. Counts, codes and posts only.
"""

from collections.abc import Callable
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from sqlalchemy import Connection

from tasks.bulletins import bulletin_of
from tasks.narration import logger
from tasks.publishing_quality import FOLDER as QUALITY
from tasks.publishing_quality import publish_quality, refusals
from tasks.reports.card import card_markdown, short_markdown
from tasks.reports.card_model import CardMail, RunCard
from tasks.reports.card_page import card_page
from tasks.reports.desks import DeskView, desks_markdown
from tasks.rules.item_moves import Moves, moves_between
from tasks.rules.lateness import counting_day
from tasks.run_book import REPORTS
from tasks.run_context import Run, current
from tasks.whole_files import write_whole
from warehouse import day_book, desk_lists, flag_moves, ledger_read

FOLDER = "cards"
DESKS = "desks"  # key of the artifact and name of the page


@task(name="publish run card", cache_policy=NO_CACHE, persist_result=False)
def publish_run_card(run_id: str) -> None:
    """The card under the key `<flow>-<date>` and the desks, from the run's report and the books.

    A dry run shows its card as a dry run and leaves no file. A run that had nothing to do and nothing to check, that
    only looked, or that the warehouse broke off, shows a card of one line.
    """
    run, report = current(run_id), REPORTS[run_id]
    broken = "warehouse_fault" in report  # then nothing can be read that is worth a picture
    quality = None if broken else _tried("quality report", lambda: publish_quality(run))
    if broken or run.request.reads_only or (report["state"] == "nothing_to_do" and not quality):
        text = short_markdown(report, run.clock.as_of, run.settings.locale)
        _tried("card", lambda: _show(text, _key(run)))
        return
    _tried("card", lambda: _card(run, report, f"../{QUALITY}/{quality.name}" if quality else ""))
    if not run.dry_run:
        _tried("desks", lambda: _desks(run))


def _card(run: Run, report: dict[str, Any], quality: str) -> None:
    with run.store.reading() as conn:
        card = card_of(run, conn, report, quality)
    locale = run.settings.locale
    if not run.dry_run:
        page = card_page(card_markdown(card, locale, link=True), locale)
        _tried("page of the card", lambda: write_whole(run.settings.var / FOLDER / f"{run.run_id}.html", page))
    _show(card_markdown(card, locale), _key(run))


def _show(text: str, key: str) -> None:
    if FlowRunContext.get():  # nobody else has a place to show it
        create_markdown_artifact(markdown=text, key=key)


def _key(run: Run) -> str:
    return f"{run.request.flow}-{run.business_date:%Y%m%d}"


def _desks(run: Run) -> None:
    view = DeskView(run.clock.now(), run.calendar, _directory(run), run.settings.locale)
    with run.store.reading() as conn:
        text = desks_markdown(desk_lists.desks_of(conn), view)
    page = card_page(text, run.settings.locale)
    _tried("page of the desks", lambda: write_whole(run.settings.var / FOLDER / f"{DESKS}.html", page))
    _show(text, DESKS)


def card_of(run: Run, conn: Connection, report: dict[str, Any], quality: str = "") -> RunCard:
    """What the card tells, as the books stand."""
    before = day_book.previous_run(conn, run.run_id, report["flow"], run.clock.as_of)
    mails = ledger_read.mails_of(conn, business_date=run.business_date)
    return RunCard(
        report=report,
        day=bulletin_of(run, conn, address=""),
        mails=tuple(_mail(mail) for mail in mails if mail["state"] != "superseded"),
        desks={desk: found.total for desk, found in desk_lists.desks_of(conn, most=1).items()},
        before=(before["as_of"], before["summary"]) if before else None,
        refused=refusals(run),
        moves=_moves(run, conn, before) if before else None,
        quality=quality,
    )


def _moves(run: Run, conn: Connection, before: dict[str, Any]) -> Moves:
    first, last = (counting_day(moment, run.calendar) for moment in (before["as_of"], run.clock.as_of))
    days = run.calendar.working_days_between(first, last)
    spans = flag_moves.spans_between(conn, before["as_of"], run.clock.as_of, days)
    return moves_between(spans, before["as_of"], run.clock.as_of)


def _mail(mail: dict[str, Any]) -> CardMail:
    told = {name: mail[name] for name in ("post", "audience", "state", "subject")}
    return CardMail(**told, reason=desk_lists.why_of(mail))


def _directory(run: Run) -> str:
    return next((source.name for source in run.settings.sources if source.dataset == "contacts"), "contacts")


def _tried(what: str, act: Callable[[], Any]) -> Any:
    """What it returns; None where it failed."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - a run that did its work is not broken over its picture
        logger().warning("the %s is not shown (%s)", what, type(error).__name__)
        return None
