"""Putting a backup back: into an empty place only, whole or not at all, and so that no mail goes out twice unseen.

A restored ledger does not know what was sent after the backup. Therefore everything in it that was still to go is held
in the name of whoever restores, mails in doubt stay in doubt, the mode is shadow and all mail is stopped: people look
first, then say `mail start` and `mail mode live`. How a backup is written: `backup`.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, Engine, inspect, select, update

from tasks.rules.timezone import HANOI
from warehouse import audit_chain, desk, ledger, soundness
from warehouse.backup import FORM, MANIFEST
from warehouse.engine import transaction, where_is
from warehouse.errors import BackupError, SchemaError
from warehouse.instants import from_text
from warehouse.portable import fill, renew_numbers
from warehouse.schema import revisions, upgrade_on
from warehouse.tables import mails

_BODY = re.compile(r"landing/([0-9a-f]{2}/[0-9a-f]{64}\.gz)")
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back. `last_handed_at`: the last mail the ledger knows to have gone out; `held`: mails kept back."""

    made_at: datetime
    rows: int
    bodies: int
    held: int
    last_handed_at: datetime | None


def restore(engine: Engine, path: Path, landing: Path, *, by: str, reason: str, now: datetime) -> Restored:
    """Check every byte of the backup, then fill the empty database of `engine`; landed bodies go to `landing`.

    Raises:
        BackupError: the file is no backup, is damaged, or comes from a newer version; the database is not empty.
        SchemaError: the backup has a schema unknown to this version.
    """
    with _opened(path) as packed:
        told = _checked(packed, path)
        if told["revision"] not in revisions():
            raise SchemaError("newer", path.name, told["revision"])
        with transaction(engine) as conn:
            if inspect(conn).get_table_names():
                raise BackupError("not_empty", where_is(engine))
            upgrade_on(conn, where_is(engine), told["revision"])
            rows = sum(_fill(conn, packed, name, one) for name, one in told["tables"].items())
            renew_numbers(conn)
            upgrade_on(conn, where_is(engine))
            held = _quieten(conn, by, reason, now, told)
        soundness.remember(engine, "")  # a note beside the file speaks of the one that lay here before
        bodies = sum(_put(packed, name, landing) for name in told["files"])
    last = told["last_handed_at"]
    return Restored(
        made_at=from_text(told["made_at"]),
        rows=rows,
        bodies=bodies,
        held=held,
        last_handed_at=from_text(last) if last else None,
    )


def _opened(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except BadZipFile:
        raise BackupError("not_a_backup", path.name) from None


def _checked(packed: ZipFile, path: Path) -> dict[str, Any]:
    """The manifest, once every part was found to be what it says."""
    try:
        told: dict[str, Any] = json.loads(packed.read(MANIFEST))
        if told["form"] > FORM:
            raise BackupError("newer_form", path.name)
        parts = {f"warehouse/{name}.jsonl": one["sha256"] for name, one in told["tables"].items()} | told["files"]
        for name, sha256 in parts.items():
            with packed.open(name) as part:
                if _hash(part) != sha256:
                    raise BackupError("damaged", path.name)
    except (KeyError, TypeError, ValueError):
        raise BackupError("not_a_backup", path.name) from None
    except (BadZipFile, zlib.error, EOFError, OSError):
        raise BackupError("damaged", path.name) from None
    return told


def _hash(part: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := part.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _fill(conn: Connection, packed: ZipFile, name: str, told: dict[str, Any]) -> int:
    with packed.open(f"warehouse/{name}.jsonl") as lines:
        return fill(conn, name, told["columns"], _lines(lines))


def _lines(part: IO[bytes]) -> Iterator[bytes]:
    yield from part


def _quieten(conn: Connection, by: str, reason: str, now: datetime, told: dict[str, Any]) -> int:
    """Stop everything that could go out, and write down who restored what."""
    detail = {name: told[name] for name in ("made_at", "revision", "last_handed_at", "audit")}
    audit_chain.append(conn, now, by, "restore", told["made_at"], detail | {"reason": reason})
    desk.set_mode(conn, "shadow", by, reason, now)
    made_at = from_text(told["made_at"]).astimezone(HANOI)
    desk.stop_mail(conn, by, f"{reason} (bản sao lưu lúc {made_at:%H:%M %d/%m/%Y})", now)
    ledger.reclaim(conn, desk.RESTORED, now)
    waiting = conn.execute(select(mails.c.id).where(mails.c.state.in_((ledger.PLANNED, ledger.RETRY)))).scalars().all()
    for mail_id in waiting:
        desk.hold_mail(conn, mail_id, by, desk.RESTORED, now)
    by_mode = (mails.c.state == ledger.HELD, mails.c.resolved_by.is_(None))
    kept = conn.execute(update(mails).where(*by_mode).values(resolved_by=by, reason=desk.RESTORED)).rowcount
    return len(waiting) + kept


def _put(packed: ZipFile, name: str, landing: Path) -> int:
    """A landed body under its own name; one that lies there already stays."""
    found = _BODY.fullmatch(name)
    if found is None:
        return 0
    target = landing / found[1]
    if target.exists():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    part.touch(mode=0o600)
    with packed.open(name) as body, part.open("wb") as out:
        while block := body.read(_BLOCK):
            out.write(block)
    part.replace(target)
    return 1
