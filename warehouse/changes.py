"""What changed lately: the items whose history may contradict a mail that has gone out.

Corrections are judged for these only, so that the work follows what changed, not how much was ever mailed.
"""

from datetime import date, datetime

from sqlalchemy import Connection, Select, and_, func, select, union

from warehouse.current import item_key, split_item_key
from warehouse.ledger import HANDED
from warehouse.tables import VERSIONS, mail_items, mails

_SUBJECTS = {
    "dossier": ("dossiers", "dossier_events", "dossier_code"),
    "recommendation": ("recommendations", "recommendation_events", "recommendation_code"),
}


def changed_and_told(conn: Connection, since_known: datetime, since_told: date) -> set[str]:
    """Items told of and changed since, by key: the database compares, a first load brings more keys than memory likes.

    Changed: a row or an event of it was learnt at `since_known` or later. Told: asked for or informed of in a handed
    mail of the business date `since_told` or later.
    """
    found: set[str] = set()
    told = {split_item_key(key)[:2] for key in conn.execute(_told(since_told).distinct()).scalars()}
    for subject, system in sorted(told):
        both = union(*_changed_and_told(subject, system, since_known, since_told))
        found |= {item_key(subject, system, key) for key in conn.execute(both).scalars()}
    return found


def _changed_and_told(
    subject: str, system: str, since_known: datetime, since_told: date
) -> tuple[Select[tuple[str]], Select[tuple[str]]]:
    """Of one system: the keys that were told lead to the rows by their index, not the rows to the keys."""
    rows, events, code = _SUBJECTS[subject]
    table, log = VERSIONS[rows], VERSIONS[events]
    prefix = item_key(subject, system, "")
    keys = (
        _told(since_told)
        .where(mail_items.c.item_key.startswith(prefix, autoescape=True))
        .with_only_columns(func.substr(mail_items.c.item_key, len(prefix) + 1))
    )
    mine = and_(table.c.system == system, table.c.known_to.is_(None), table.c.record_key.in_(keys))
    same = and_(log.c.system == table.c.system, log.c[code] == table.c[code])
    items = select(table.c.record_key).where(mine)
    return items.where(table.c.known_from >= since_known), items.join(log, same).where(log.c.known_from >= since_known)


def _told(since: date) -> Select[tuple[str]]:
    """A list by itself, made once: correlated with each row it takes minutes."""
    handed = (mails.c.state == HANDED, mails.c.business_date >= since)
    return select(mail_items.c.item_key).join(mails).where(*handed, mail_items.c.role.in_(("asked", "informed")))
