"""Flags, mails and quarantined rows in the words of the story: T1, H1 and so on instead of codes and addresses."""

from typing import Any

from deployments.demo.dossiers import DOSSIERS
from deployments.demo.posts import DOMAIN

ITEMS = {d.code: d.item for d in DOSSIERS} | {
    "KN-2025-014": "R1",
    "KN-2026-031": "R2",
    "KN-2026-032": "R3",
    "KN-2025-017": "R4",
    "KN-2026-033": "R5",
    "31309": "Trường Long",
}
RECIPIENTS = {
    f"chutich.thoilong@{DOMAIN}": "H1",
    f"phochutich.thanhan@{DOMAIN}": "H2",
    f"chutich.thanhquoi@{DOMAIN}": "H3",
    f"giamdoc.snnmt@{DOMAIN}": "H4",
    f"giamdoc.snv@{DOMAIN}": "I",
    f"phochutich.cantho@{DOMAIN}": "P",
    "ops@sonoivu.example.gov.vn": "ops",
}


def flag(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the flag store: what, for whom, how late or how soon."""
    facts = row["facts"]
    days = facts.get("days_left") if row["days_late"] is None else row["days_late"]
    return {
        "item": ITEMS[row["code"]],
        "flag": row["flag"],
        "days": days,
        "tier": row["tier"],
        "unit": row["unit_code"],
        "disputed": bool(row["disputed"]),
    }


def told(caught: Any) -> dict[str, Any]:
    """A message as the catcher took it; several recipients would be a fault of its own."""
    (address,) = caught.recipients
    return {
        "to": RECIPIENTS[address],
        "message_id": str(caught.message["Message-ID"]),
        "file": caught.path.name if caught.path else "",
        "answered": caught.answered,
    }


def refused(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": row["record_key"],
        "reasons": [reason["code"] for reason in row["reasons"]],
        "first_seen_at": str(row["first_seen_at"]),
    }


def text_of(message: Any) -> str:
    """Subject and text part of a mail as the golden files have them."""
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return f"Tiêu đề: {message['Subject']}\n\n{text}"


def difference(row: dict[str, Any]) -> str:
    """A difference on a line: unit, kind, code, column, place on paper, cause; "-" where there is none."""
    cells = (row["unit_code"], row["kind"], row["code"], row["column_name"], row["line"], row["cause"])
    return " ".join(str(cell).replace(" ", "_") or "-" for cell in cells)
