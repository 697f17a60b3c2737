"""Who reads in the story, and why somebody is left in peace on a morning.

Who was written to is told by the run; the reasons for silence are the story's. Words for them are in the diary's
catalogues.
"""

from collections.abc import Iterable
from datetime import date

from deployments.demo.diary import EVERYBODY, Silence
from deployments.demo.posts import CONTACTS, DOMAIN
from deployments.demo.story import HOLIDAY

_THOI_LONG = f"chutich.thoilong@{DOMAIN}"
_THANH_AN = f"phochutich.thanhan@{DOMAIN}"
_THANH_QUOI = f"chutich.thanhquoi@{DOMAIN}"
_AGRICULTURE = f"giamdoc.snnmt@{DOMAIN}"
_INSPECTION = f"giamdoc.snv@{DOMAIN}"
_CITY = f"phochutich.cantho@{DOMAIN}"
WITHOUT_ADDRESS = "UBND xã Trường Long"

POSTS: dict[str, str] = {row["email"]: row["title"] for row in CONTACTS}
RECIPIENTS: tuple[str, ...] = (_THOI_LONG, _THANH_AN, _THANH_QUOI, _AGRICULTURE, _INSPECTION, _CITY)

_REASONS: dict[tuple[date, str], str] = {
    (date(2026, 11, 23), _CITY): "not_yet",
    (date(2026, 11, 25), _THANH_AN): "nothing_new",
    (date(2026, 11, 25), _THANH_QUOI): "cleared_only",
    (date(2026, 11, 25), _INSPECTION): "nothing_new",
    (date(2026, 11, 25), _CITY): "not_yet",
    (date(2026, 11, 26), _THOI_LONG): "in_dispute",
    (date(2026, 11, 26), _THANH_QUOI): "nothing_new",
    (date(2026, 11, 26), _INSPECTION): "nothing_new",
    (date(2026, 11, 26), _CITY): "not_yet",
    (date(2026, 11, 30), _THOI_LONG): "told_before",
    (date(2026, 11, 30), _THANH_AN): "told_before",
    (date(2026, 11, 30), _CITY): "nothing_new",
    (date(2026, 12, 1), _THANH_QUOI): "told_before",
    (date(2026, 12, 1), _AGRICULTURE): "nothing_open",
    (date(2026, 12, 1), _CITY): "nothing_new",
}


def silences_of(day: date, written_to: Iterable[str]) -> tuple[Silence, ...]:
    """Those of the story who got no mail that morning, with the story's reason; `written_to` are addresses."""
    if day == HOLIDAY:
        return (Silence(recipient=EVERYBODY, reason="holiday"),)
    written = frozenset(written_to)
    quiet = [
        Silence(recipient=POSTS[address], reason=_REASONS.get((day, address), "nothing_new"))
        for address in RECIPIENTS
        if address not in written
    ]
    return (*quiet, Silence(recipient=WITHOUT_ADDRESS, reason="no_recipient"))
