"""A backup: the whole warehouse in one file, as it stood at one moment, beside runs that may be at work.

A ZIP of lines (`portable`), the same from SQLite and PostgreSQL, with a hash of every part; what else belongs to an
installation (configuration, landed bodies) comes in as files. Reading one again is `restore`'s.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sqlalchemy import Connection, Engine, func, select

from warehouse import audit_chain
from warehouse.engine import reading, where_is
from warehouse.errors import SchemaError
from warehouse.instants import from_text, to_text
from warehouse.portable import lines_of, stored_tables
from warehouse.schema import found_revision
from warehouse.tables import mails

FORM = 1  # of the file; one that is higher belongs to a newer version
MANIFEST = "manifest.json"
_PASSWORD = re.compile(r"""(://[^:/@\s]*:)[^@\s]+(?=@)|([?&]password=)[^&\s"']+""")
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was written."""

    path: Path
    bytes: int
    rows: int
    audit: audit_chain.Head


def configuration(config: Path, others: Iterable[Path]) -> dict[str, Path]:
    """The configuration and the files it names, by their names inside a backup; other folders under `elsewhere`."""
    folder, inside = Path(os.path.normpath(config.absolute().parent)), {f"config/{config.name}": config}
    for one in others:
        flat = Path(os.path.normpath(one.absolute()))
        name = flat.relative_to(folder) if flat.is_relative_to(folder) else Path("elsewhere", *flat.parts[1:])
        inside[f"config/{name.as_posix()}"] = one
    return inside


def write(
    engine: Engine, path: Path, *, now: datetime, made_by: str, files: Mapping[str, Path], bodies: Iterable[Path] = ()
) -> Backup:
    """Write a backup to `path` (0600): there whole or not at all. `files` are texts, by their name inside.

    `bodies` are landed bodies, packed already. An older schema is backed up as it is.

    Raises SchemaError where there is no warehouse of ours, FileExistsError where `path` is taken.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    if path.exists():
        raise FileExistsError(path)
    try:
        with reading(engine) as conn, os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            told: dict[str, Any] = {"form": FORM, "made_at": to_text(now), "made_by": made_by}
            told |= {"database": engine.dialect.name, "revision": _revision(conn, where_is(engine))}
            with ZipFile(out, "w", ZIP_DEFLATED) as packed:
                told |= {"tables": _tables(conn, packed), "files": _files(packed, files, bodies)}
                told |= _moment(conn, told["tables"])
                packed.writestr(_entry(MANIFEST), json.dumps(told, ensure_ascii=False, indent=1))
            out.flush()
            os.fsync(out.fileno())
            head = audit_chain.Head(told["audit"]["rows"], told["audit"]["seal"])
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    rows = sum(one["rows"] for one in told["tables"].values())
    return Backup(path=path, bytes=path.stat().st_size, rows=rows, audit=head)


def made_at(path: Path) -> datetime | None:
    """When the backup at `path` was made; None where there is none that can be read."""
    try:
        with ZipFile(path) as packed:
            return from_text(json.loads(packed.read(MANIFEST))["made_at"])
    except (OSError, BadZipFile, KeyError, TypeError, ValueError):
        return None


def _revision(conn: Connection, where: str) -> str:
    found = found_revision(conn, where)
    if found is None:
        raise SchemaError("missing", where)
    return found


def _tables(conn: Connection, packed: ZipFile) -> dict[str, Any]:
    out = {}
    for table, columns in stored_tables(conn):
        rows, digest = 0, hashlib.sha256()
        with packed.open(_entry(f"warehouse/{table.name}.jsonl"), "w", force_zip64=True) as lines:
            for line in lines_of(conn, table, columns):
                written = line.encode() + b"\n"
                digest.update(written)
                lines.write(written)
                rows += 1
        out[table.name] = {"columns": columns, "rows": rows, "sha256": digest.hexdigest()}
    return out


def _moment(conn: Connection, tables: Mapping[str, Any]) -> dict[str, Any]:
    """What people need to know of the moment it speaks of: the end of the audit, the last mail that went out."""
    sealed = any(name == "seal" for name, _ in tables["audit"]["columns"])
    head = audit_chain.head(conn) if sealed else audit_chain.Head(tables["audit"]["rows"], "")
    handed = conn.execute(select(func.max(mails.c.settled_at)).where(mails.c.state == "handed")).scalar()
    told = {"rows": head.rows, "seal": head.seal}
    return {"audit": told, "last_handed_at": to_text(handed) if handed else None}


def _files(packed: ZipFile, files: Mapping[str, Path], bodies: Iterable[Path]) -> dict[str, str]:
    """Configuration without the passwords that an address may hold, and bodies as they lie."""
    out = {}
    for name, path in sorted(files.items()):
        body = _PASSWORD.sub(
            lambda found: f"{found[1] or found[2]}***", path.read_text(encoding="utf-8", errors="surrogateescape")
        )
        raw = body.encode("utf-8", "surrogateescape")
        packed.writestr(_entry(name), raw)
        out[name] = hashlib.sha256(raw).hexdigest()
    for path in bodies:
        name = f"landing/{path.parent.name}/{path.name}"
        with path.open("rb") as landed, packed.open(_entry(name, ZIP_STORED), "w", force_zip64=True) as into:
            out[name] = _copy(landed, into)
    return out


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _entry(name: str, how: int = ZIP_DEFLATED) -> ZipInfo:
    """No time of the machine inside, and for nobody else's eyes once unpacked."""
    entry = ZipInfo(name)
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    return entry
