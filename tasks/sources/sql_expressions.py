"""What PostgreSQL and SQLite can say of a row by themselves: its month of receipt, its unit, its key, a hash of it all.

Each product writes the same things in its own words; another product is added here. Which statements use them is
sql_segments.py's part. Hanoi is the zone of a PostgreSQL session here (sql_session.py), so months are Hanoi's.
"""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from datetime import time
from functools import cache
from typing import Any, Final, Protocol, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Numeric,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from tasks.intake.dates import parse_moment
from tasks.intake.text import clean_code
from tasks.sources.looking import UNDATED
from tasks.sources.sql_session import Session
from tasks.sources.sql_text import NoTextError, as_text

_ISO: Final = r"\d{4}-(0[1-9]|1[0-2])-\d{2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
_ISO_LOCAL: Final = re.compile(_ISO, re.ASCII)
_HALF: Final = 16  # hex digits of an MD5 that fit a bigint
_PLAIN: Final = r"^[!-~]*$"
_NORMALIZE_SINCE: Final = (13,)
_MIDNIGHT: Final = time(0)

Expression: TypeAlias = ColumnElement[Any]
_Cell: TypeAlias = bytes | str | float | None


class Expressions(Protocol):
    """One product's words. A cell is a column as the view has it."""

    def text(self, cell: Expression) -> Expression:
        """As intake gets it; "" for nothing."""
        ...

    def month(self, cell: Expression) -> Expression:
        """Of an instant: "YYYY-MM" in Hanoi, `UNDATED` where the database cannot tell."""
        ...

    def odd(self, cell: Expression) -> Expression:
        """1 where `month` is `UNDATED` although something is written there that intake may understand, else 0."""
        ...

    def key(self, cell: Expression) -> Expression | None:
        """As a code is stored, in small letters; None when the database cannot tell. See `small`."""
        ...

    def total(self, cells: Sequence[Expression]) -> Expression:
        """Over a group, the sum of a hash of all cells of each row: a whole number, perhaps as text."""
        ...

    def among(self, told: Expression, texts: Collection[str]) -> ColumnElement[bool]:
        """Whether it is one of those, however many."""
        ...


def expressions_of(session: Session) -> Expressions | None:
    """Those of the session's product; None for one that is not known here."""
    match session.conn.dialect.name:
        case "postgresql":
            return _PostgreSql(session)
        case "sqlite":
            return _Sqlite(session)
    return None


def small(key: str) -> str:
    """A code as `Expressions.key` gives it."""
    return clean_code(key).lower()


class _PostgreSql:
    def __init__(self, session: Session) -> None:
        known = session.conn.dialect.server_version_info or ()
        utf8 = session.conn.scalar(select(func.current_setting("server_encoding"))) == "UTF8"
        self._composes = utf8 and known >= _NORMALIZE_SINCE

    def text(self, cell: Expression) -> Expression:
        return func.coalesce(cast(cell, Text), "")

    def month(self, cell: Expression) -> Expression:
        return case((self._is_read(cell), func.left(cast(cell, Text), 7)), else_=UNDATED)

    def odd(self, cell: Expression) -> Expression:
        dated = func.pg_typeof(cell).in_([_type(name) for name in ("date", "timestamp", "timestamptz")])
        return case((cell.is_not(None) & ~dated & ~self._is_read(cell), 1), else_=0)

    def _is_read(self, cell: Expression) -> ColumnElement[bool]:
        """ISO without a zone, or a time with zone: the database shows it in Hanoi's."""
        told = cast(cell, Text)
        zoned = func.pg_typeof(cell) == _type("timestamptz")
        return or_(told.op("~")(f"^{_ISO}$"), zoned & told.op("~")(r"^\d{4}-\d{2}-\d{2} "))

    def key(self, cell: Expression) -> Expression | None:
        if not self._composes:
            return None
        told, (changed, into) = cast(cell, Text), _changes()
        cleaned = func.normalize(func.translate(func.normalize(told), changed, into))
        return func.lower(case((told.op("~")(_PLAIN), told), else_=cleaned))

    def total(self, cells: Sequence[Expression]) -> Expression:
        whole = func.md5(cast(func.row(*cells), Text))
        upper, lower = _sum_of(func.left(whole, _HALF)), _sum_of(func.right(whole, _HALF))
        return upper * literal_column(str(1 << 64), Numeric) + lower

    def among(self, told: Expression, texts: Collection[str]) -> ColumnElement[bool]:
        given = bindparam(None, sorted(texts), type_=ARRAY(Text), unique=True)
        return told == any_(given)  # a subquery would be joined, and its text made again for each of them


def _type(name: str) -> Expression:
    return literal_column(f"'{name}'::regtype")


def _sum_of(hex_digits: Expression) -> Expression:
    bits = func.concat("x", hex_digits).op("::")(literal_column("bit(64)"))
    return func.sum(cast(bits, BigInteger), type_=Numeric)


@cache
def _changes() -> tuple[str, str]:
    """What `clean_code` changes or drops, letter by letter, for `translate`: those with a substitute come first."""
    letters = [chr(n) for n in (*range(1, 0xD800), *range(0xE000, 0x10000))]
    cleaned = {letter: clean_code(letter) for letter in letters}
    swapped = [one for one, other in cleaned.items() if other not in ("", one) and len(other) == 1]
    dropped = [one for one, other in cleaned.items() if not other]
    return "".join(swapped + dropped), "".join(cleaned[one] for one in swapped)


class _Sqlite:
    """Its words are functions of ours, called for each row. Text goes in as bytes: it may be no text at all."""

    def __init__(self, session: Session) -> None:
        raw: Any = session.conn.connection.driver_connection
        for name, told in {"dondoc_text": _text, "dondoc_month": _month, "dondoc_key": _key}.items():
            raw.create_function(name, 1, told, deterministic=True)
        raw.create_aggregate("dondoc_total", -1, _Total)

    def text(self, cell: Expression) -> Expression:
        return func.dondoc_text(_safe(cell), type_=Text)

    def month(self, cell: Expression) -> Expression:
        return func.dondoc_month(_safe(cell), type_=Text)

    def odd(self, cell: Expression) -> Expression:  # noqa: ARG002 -- `month` reads what intake reads
        return literal_column("0")

    def key(self, cell: Expression) -> Expression | None:
        return func.dondoc_key(_safe(cell), type_=Text)

    def total(self, cells: Sequence[Expression]) -> Expression:
        return func.dondoc_total(*map(_safe, cells), type_=Text)

    def among(self, told: Expression, texts: Collection[str]) -> ColumnElement[bool]:
        given = func.json_each(json.dumps(sorted(texts))).table_valued("value")
        return told.in_(select(given.c.value))


def _safe(cell: Expression) -> Expression:
    """Text as its bytes, bytes as hex digits: so they stay apart, and text that cannot be decoded stops nothing."""
    kind = func.typeof(cell)
    return case((kind == "text", cast(cell, LargeBinary)), (kind == "blob", func.hex(cell)), else_=cell)


def _text(cell: _Cell) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "backslashreplace")
    try:
        return as_text(cell) or ""
    except NoTextError:
        return ""


def _month(cell: _Cell) -> str:
    told = _text(cell)
    if _ISO_LOCAL.fullmatch(told):
        return told[:7]
    moment = parse_moment(told, _MIDNIGHT) if told else None
    return UNDATED if moment is None else f"{moment.day:%Y-%m}"


def _key(cell: _Cell) -> str:
    return small(_text(cell))


class _Total:
    """An aggregate of SQLite."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, *cells: _Cell) -> None:
        """One row."""
        told = hashlib.md5(repr(cells).encode(), usedforsecurity=False)
        self._sum += int.from_bytes(told.digest())

    def finalize(self) -> str:
        """No integer of SQLite is wide enough."""
        return str(self._sum)
