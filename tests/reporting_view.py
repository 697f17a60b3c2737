"""The database of a one-stop product with a reporting view for us: real SQLite, real PostgreSQL, for tests of `sql`."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tasks.intake.landing import LandedBody, Landing
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.sql import SqlSource
from tests.pulls import Read, read

AS_OF = datetime(2024, 11, 25, 7, 30, tzinfo=HANOI)  # before any machine's clock: the source's must not stand earlier
CHANGED = "2024-11-20 09:00:00"
CONFIG = """
[[sources]]
name = "bao-cao"
kind = "sql"
dataset = "dossiers"
url = "sqlite:///mot-cua.sqlite3"
view = "v_ho_so"
key = "id"
updated_column = "cap_nhat"
unit_code = "A"
"""
TABLE = """
CREATE TABLE ho_so (
    id integer PRIMARY KEY, ma text, don_vi text, trang_thai integer, tiep_nhan {instant}, hen_tra date,
    cap_nhat {instant}, cong_dan text
)"""
VIEW = """
CREATE VIEW v_ho_so AS SELECT id, ma AS "Mã hồ sơ", don_vi AS "Đơn vị xử lý", trang_thai AS status,
    tiep_nhan AS "Ngày tiếp nhận", hen_tra AS due_at, cap_nhat, cong_dan AS "Họ tên công dân" FROM ho_so"""


@dataclass
class Office:
    """The product's database; `url` is also what the source is given."""

    kind: str
    url: str

    def __post_init__(self) -> None:
        self.run(TABLE.format(instant="timestamp" if self.kind == "postgresql" else "text"), VIEW)
        if self.kind == "sqlite":
            self.run("PRAGMA journal_mode = WAL")

    def run(self, *statements: str, **values: Any) -> None:
        """What the product itself does to its data."""
        engine = create_engine(self.url)
        with engine.begin() as conn:
            for statement in statements:
                conn.execute(text(statement), values)
        engine.dispose()

    def add(self, *numbers: int, changed: str = CHANGED, **cells: Any) -> "Office":
        usual = {"don_vi": "031", "trang_thai": 4, "tiep_nhan": "2024-11-18 08:15:00", "hen_tra": "2024-12-02"}
        given = usual | {"cap_nhat": changed, "cong_dan": "Bí Mật Riêng Tư"} | cells
        for number in numbers:
            row = {"id": number, "ma": f"0{number:04d}"} | given
            names = ", ".join(row)
            self.run(f"INSERT INTO ho_so ({names}) VALUES ({', '.join(f':{name}' for name in row)})", **row)
        return self

    def rows(self) -> list[tuple[Any, ...]]:
        engine = create_engine(self.url)
        with closing(engine.connect()) as conn:
            found = [tuple(row) for row in conn.execute(text("SELECT * FROM ho_so ORDER BY id"))]
        engine.dispose()
        return found


@dataclass
class Books:
    """What the warehouse would tell a source of what it promoted, kept by the same rules."""

    moments: dict[str, datetime] = field(default_factory=dict)

    def promote(self, bodies: tuple[LandedBody, ...]) -> None:
        for body in bodies:
            self.moments.setdefault(body.sha256, body.data_moment)

    def request(self, as_of: datetime = AS_OF, **more: Any) -> PullRequest:
        newest = max(self.moments.values(), default=None)
        return PullRequest(as_of=as_of, promoted=frozenset(self.moments), newest_promoted=newest, **more)


def source(office: Office, **changes: Any) -> SqlSource:
    usual: dict[str, Any] = {"view": "v_ho_so", "key": ("id",), "page_rows": 3, "sleep": lambda _: None}
    usual["dataset"] = DATASETS["dossiers"]
    if "query" in changes:
        usual["view"] = ""
    return SqlSource(name="bao-cao", **({"url": office.url} | usual | changes))


def pull(office: Office, landing: Landing, request: PullRequest | None = None, **changes: Any) -> Read:
    return read(source(office, **changes).pull(request or PullRequest(as_of=AS_OF), landing))


def fault(office: Office, landing: Landing, request: PullRequest | None = None, **changes: Any) -> SourceFault:
    with pytest.raises(SourceFault) as caught:
        pull(office, landing, request, **changes)
    assert caught.value.sentence("vi") != caught.value.sentence("en")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def codes(pulled: Read) -> list[str | None]:
    return [record.values.get("dossier_code") for record in pulled.records]


class Synced:
    """Pull after pull of one source, each promoted, as the half-hourly run does it."""

    def __init__(self, office: Office, landing: Landing, **changes: Any) -> None:
        self.office, self.landing, self.books = office, landing, Books()
        self.settings: Mapping[str, Any] = {"updated_column": "cap_nhat"} | changes
        self.known: dict[str | None, Mapping[str, str | None]] = {}

    def pull(self, after: timedelta = timedelta(0), *, promoted: bool = True, **more: Any) -> Read:
        request = self.books.request(AS_OF + after, **more)
        told = pull(self.office, self.landing, request, **self.settings)
        if promoted:
            self.books.promote(told.bodies)
            self.known |= {record.values["dossier_code"]: record.values for record in told.records}
        return told
