"""What changed lately: the items whose history may contradict a mail that has gone out.

Corrections are judged for these only, so that the work follows what changed, not how much was ever mailed.
"""

from datetime import date, datetime

from sqlalchemy import Connection, and_, select

from warehouse.current import item_key
from warehouse.ledger import HANDED
from warehouse.tables import VERSIONS, mail_items, mails

_SUBJECTS = {
    "dossier": ("dossiers", "dossier_events", "dossier_code"),
    "recommendation": ("recommendations", "recommendation_events", "recommendation_code"),
}


def changed_items(conn: Connection, since: datetime) -> set[str]:
    """Item keys with a row or an event that we learnt at `since` or later."""
    found: set[str] = set()
    for subject, (rows, events, code) in _SUBJECTS.items():
        table, log = VERSIONS[rows], VERSIONS[events]
        current = table.c.known_to.is_(None)
        chosen = select(table.c.system, table.c.record_key).where(current, table.c.known_from >= since)
        same = and_(log.c.system == table.c.system, log.c[code] == table.c[code], log.c.known_from >= since)
        by_event = select(table.c.system, table.c.record_key).join(log, same).where(current)
        for system, record_key in (*conn.execute(chosen).tuples(), *conn.execute(by_event).tuples()):
            found.add(item_key(subject, system, record_key))
    return found


def told_items(conn: Connection, since: date) -> set[str]:
    """Item keys that handed mails of that business date or later asked for or informed of."""
    chosen = (
        select(mail_items.c.item_key)
        .join(mails)
        .where(mails.c.state == HANDED, mail_items.c.role.in_(("asked", "informed")), mails.c.business_date >= since)
    )
    return set(conn.execute(chosen.distinct()).scalars())
