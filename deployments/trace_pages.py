"""Reads the books into a trace page and writes it: Vietnamese, with its English twin beside it.

Nothing is judged or worded here: `trace_rows` turns stored rows into the page's values, `tasks/reports/trace` words
them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from deployments.exits import UsageFaultError
from deployments.trace_rows import (
    DATASET_OF,
    body_of,
    difference_of,
    dispute_of,
    event_of,
    flag_of,
    mail_of,
    telling_of,
    versions_of,
)
from tasks.reports.trace import LOCALES, render_trace
from tasks.reports.trace_model import RunLine, TracedItem, TracedMail, TracePage
from tasks.rules.model import Subject
from tasks.settings import Settings
from warehouse import current, desk, difference_desk, ledger_read, lineage, runs


def write_trace(conn: Connection, settings: Settings, code: str, folder: Path) -> Path:
    """Write the pages of a code, an item key, a ledger id or a Message-ID; returns the Vietnamese one's path.

    Raises UsageFaultError when nothing is known by that reference.
    """
    del settings  # what is told of the past does not depend on today's configuration
    return write_page(trace_page(conn, code), folder)


def write_page(page: TracePage, folder: Path) -> Path:
    """Write `<reference>.html` and `<reference>.en.html`; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"mail-{page.mail.mail_id}" if page.mail else re.sub(r"[^\w.-]+", "-", page.reference).strip(".-")
    names = {"vi": f"{stem}.html", "en": f"{stem}.en.html"}
    for locale in LOCALES:
        twin = names["en" if locale == "vi" else "vi"]
        (folder / names[locale]).write_text(render_trace(page, locale, twin), encoding="utf-8")
    return folder / names["vi"]


def trace_page(conn: Connection, reference: str) -> TracePage:
    """Everything stored about a mail or an item. Raises UsageFaultError for what is not in the books."""
    mail = lineage.trace_mail(conn, int(reference) if reference.isdecimal() else reference)
    if mail is None and not reference.startswith("<"):
        mail = lineage.trace_mail(conn, f"<{reference}>")
    if mail is not None:
        items = [_item_in_mail(conn, mail.mail, row) for row in mail.items]
        told: TracedMail | None = mail_of(mail.mail)
        reference = str(mail.mail["id"])
    else:
        keys = [reference] if _is_key(reference) else lineage.item_keys_of(conn, reference)
        items = [item for key in keys if (item := _item(conn, key)) is not None]
        items = items or list(_items_unheld(conn, reference))
        told = None
        if not items:
            hint = " `dondoc differences explain {0}`" if reference.upper().startswith("D-") else ""
            msg = f"Không tìm thấy thư hoặc mục {reference} (no mail or item {reference} is known)."
            raise UsageFaultError(msg + hint.format(reference))
    newest = runs.recent_runs(conn, 1)
    return TracePage(
        reference=reference,
        items=tuple(items),
        mail=told,
        as_of=newest[0]["as_of"] if newest else None,
        unit_names=current.unit_names(conn),
    )


def page_json(page: TracePage) -> dict[str, Any]:
    """The page as plain values; free text of persons and addresses never came in."""
    return asdict(page)


def _item(conn: Connection, key: str) -> TracedItem | None:
    found = lineage.trace_item(conn, key)
    disputes = desk.all_disputes(conn, [key])
    if not (found.versions or found.flags or found.told):
        return None
    subject, system, record_key = current.split_item_key(key)
    versions = tuple(versions_of(subject, found.versions))
    mails = {row["mail_id"]: ledger_read.mail(conn, row["mail_id"]) for row in found.told}
    tellings = tuple(telling_of(mail, row, versions) for row in found.told if (mail := mails[row["mail_id"]]))
    newest: Mapping[str, Any] = found.versions[-1] if found.versions else {}
    told: Iterable[Mapping[str, Any]] = [*found.told, *found.flags]
    codes = [newest.get(f"{subject}_code"), *(row["code"] for row in told), record_key]
    title = newest.get("procedure_name") or newest.get("content")
    code = next(str(code) for code in codes if code)
    seen = difference_desk.of_dossier(conn, system, record_key, code) if subject == Subject.DOSSIER else []
    return TracedItem(
        item_key=key,
        subject=subject,
        system=system,
        code=code,
        title=str(title or next((t.facts.title for t in tellings if t.facts and t.facts.title), "")),
        tellings=tellings,
        flags=tuple(flag_of(row) for row in found.flags),
        versions=versions,
        events=tuple(event_of(row) for row in found.events),
        disputes=tuple(dispute_of(row) for row in disputes),
        bodies=tuple(body_of(row) for row in found.bodies),
        runs=tuple(RunLine(run_id=r["run_id"], flow=r["flow"], as_of=r["as_of"], state=r["state"]) for r in found.runs),
        differences=tuple(difference_of(row) for row in seen),
    )


def _items_unheld(conn: Connection, code: str) -> Iterator[TracedItem]:
    """Dossiers of that code of which the warehouse holds nothing, and a reconciliation has said so."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in difference_desk.of_code(conn, code):
        found.setdefault((row["system"], row["record_key"]), []).append(row)
    for (system, record_key), rows in sorted(found.items()):
        yield TracedItem(
            item_key=current.item_key(Subject.DOSSIER, system, record_key),
            subject=Subject.DOSSIER,
            system=system,
            code=code,
            title="",
            differences=tuple(difference_of(row) for row in rows),
        )


def _item_in_mail(conn: Connection, mail: Mapping[str, Any], row: Mapping[str, Any]) -> TracedItem:
    subject, system, record_key = current.split_item_key(row["item_key"])
    rows = lineage.versions_of(conn, DATASET_OF[subject], system, record_key) if subject in DATASET_OF else []
    versions = tuple(versions_of(subject, rows))
    telling = telling_of(mail, row, versions)
    bodies = lineage.bodies_of(conn, [f"sha256:{telling.version.sha256}#"]) if telling.version else []
    return TracedItem(
        item_key=row["item_key"],
        subject=subject,
        system=system,
        code=row["code"],
        title=telling.facts.title if telling.facts else "",
        tellings=(telling,),
        bodies=tuple(body_of(body) for body in bodies),
    )


def _is_key(reference: str) -> bool:
    """Item keys begin with their subject; codes may have slashes too."""
    return reference.count("/") >= 2 and reference.partition("/")[0] in list(Subject)
