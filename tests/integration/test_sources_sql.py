"""A reporting view read page by page: which columns, which texts, one moment of the source, and never a write."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from tasks.intake.landing import LandedBody, Landing
from tasks.rules.datasets import DATASETS, Mode
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.sql_session import Access, read_only
from tests.reporting_view import AS_OF, Office, codes, fault, pull, source

QUERY = "SELECT id, ma AS dossier_code, don_vi AS unit_code, trang_thai AS status, {} AS received_at FROM ho_so"


@pytest.fixture
def office(new_url: Callable[..., str], database_kind: str) -> Office:
    return Office(database_kind, new_url(database_kind))


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


def test_every_row_comes_once_with_its_place_in_a_landed_page(office: Office, landing: Landing) -> None:
    pulled = pull(office.add(*range(1, 9)), landing)
    assert codes(pulled) == [f"0000{n}" for n in range(1, 9)]
    assert [body.name for body in pulled.bodies] == [f"v_ho_so-0000{n}.jsonl" for n in (1, 2, 3)]
    assert len(pulled.parts) == 1, "small pages make one part"
    sha256, _, line = pulled.records[4].ref.removeprefix("sha256:").partition("#")
    assert landing.read(sha256).decode().splitlines()[int(line) - 1] == (
        '["00005","031","4",' + ('"2024-11-18T08:15:00"' if office.kind == "postgresql" else '"2024-11-18 08:15:00"')
        + ',"2024-12-02"]'
    )  # fmt: skip
    assert (pulled.data_moment, pulled.complete, pulled.unchanged) == (AS_OF, False, False)
    assert pull(office, landing).bodies == pulled.bodies, "the same rows are the same bytes"


def test_columns_nobody_asked_for_stay_at_the_source(office: Office, landing: Landing) -> None:
    pulled = pull(office.add(1), landing)
    assert set(pulled.parts[0].columns) == {"dossier_code", "unit_code", "status", "received_at", "due_at"}
    assert b"Ri\xc3\xaang" not in b"".join(landing.read(body.sha256) for body in pulled.bodies)


VALUES = [
    ("'00123'", "00123"),
    ("NULL", None),
    ("''", ""),
    ("'Cấp phép 😀 \"x\"\n'", 'Cấp phép 😀 "x"\n'),
    ("9007199254740993", "9007199254740993"),
    ("-12", "-12"),
]
POSTGRESQL_VALUES = [
    ("true", "true"),
    ("1e-7::numeric", "0.0000001"),
    ("120.50::numeric", "120.50"),
    ("2.5::float8", "2.5"),
    ("date '2024-02-29'", "2024-02-29"),
    ("timestamp '2024-02-29 17:05:06.7'", "2024-02-29T17:05:06.700000"),
    ("timestamptz '2024-02-29 10:05:06+00'", "2024-02-29T17:05:06+07:00"),
    ("timestamptz 'infinity'", "infinity"),
    ("date '20240-01-01'", "20240-01-01"),
    ("'6f9619ff-8b86-d011-b42d-00c04fc964ff'::uuid", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_values_have_one_text(office: Office, landing: Landing, value: str, expected: str | None) -> None:
    (record,) = pull(office.add(1), landing, query=QUERY.format(value)).records
    assert record.values["received_at"] == expected


def test_postgresql_values_have_one_text(postgresql_office: Office, landing: Landing) -> None:
    for value, expected in POSTGRESQL_VALUES:
        (record,) = pull(postgresql_office, landing, query=QUERY.format(value)).records
        assert record.values["received_at"] == expected, value


@pytest.fixture
def postgresql_office(new_url: Callable[..., str]) -> Office:
    return Office("postgresql", new_url("postgresql")).add(1)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"sqlite": "CAST(x'00ff' AS blob)", "postgresql": "'\\x00ff'::bytea"}, "bad_shape"),
        ({"sqlite": "CAST(x'c328' AS text)", "postgresql": "ARRAY[1, 2]"}, "bad_shape"),
        ({"sqlite": "printf('%.40000c', 'x')", "postgresql": "repeat('x', 40000)"}, "field_too_long"),
    ],
)
def test_a_value_without_text_makes_its_row_malformed(
    office: Office, landing: Landing, value: dict[str, str], code: str
) -> None:
    odd = f"CASE WHEN id = 2 THEN {value[office.kind]} END"
    pulled = pull(office.add(1, 2, 3), landing, query=QUERY.format(odd))
    assert [record.malformed for record in pulled.records] == ["", code, ""]
    assert len(pulled.records[1].fingerprint) == 64
    assert codes(pulled) == ["00001", None, "00003"]


@dataclass(frozen=True)
class Busy(Landing):
    """A landing during whose work the product writes on."""

    office: Office | None = None
    pages: list[str] = field(default_factory=list)

    def land(self, *args: Any) -> LandedBody:
        landed = super().land(*args)
        self.pages.append(landed.sha256)
        if self.office and len(self.pages) == 1:
            self.office.add(10, ma="chen-vao")
            self.office.run("DELETE FROM ho_so WHERE id = 5", "UPDATE ho_so SET ma = 'sua-doi' WHERE id = 8")
            self.office.run("UPDATE ho_so SET id = 100 WHERE id = 6")
        return landed


def test_pages_show_one_moment_while_the_product_writes(office: Office, tmp_path: Path) -> None:
    landing = Busy(tmp_path / "landing", office=office.add(*range(1, 10)))
    assert codes(pull(office, landing)) == [f"0000{n}" for n in range(1, 10)]
    assert len(landing.pages) == 3
    later = pull(office, Landing(tmp_path / "later"))
    assert set(codes(later)) == {f"0000{n}" for n in (1, 2, 3, 4, 6, 7, 9)} | {"chen-vao", "sua-doi"}


@pytest.mark.parametrize("statement", ["INSERT INTO ho_so (id) VALUES (99)", "DELETE FROM ho_so", "DROP VIEW v_ho_so"])
def test_the_session_refuses_to_write_although_the_account_could(office: Office, statement: str) -> None:
    before = office.add(1, 2).rows()
    access = Access(source="x", url=office.url, what="q", timeout_seconds=5, deadline_seconds=30)
    with pytest.raises(SourceFault) as caught, read_only(access) as session:
        session.conn.execute(text(statement))
    assert caught.value.code == "sql_write_refused"
    assert office.rows() == before


def test_even_a_new_transaction_of_the_session_cannot_write(office: Office) -> None:
    before = office.add(1).rows()
    access = Access(source="x", url=office.url, what="q", timeout_seconds=5, deadline_seconds=30)
    with read_only(access) as session:
        raw: Any = session.conn.connection.driver_connection
        raw.rollback()
        with pytest.raises(Exception, match=r"read-?only"):
            raw.execute("DELETE FROM ho_so")
        raw.rollback()
    assert office.rows() == before


def test_a_view_that_writes_behind_the_scenes_is_stopped(postgresql_office: Office, landing: Landing) -> None:
    before = postgresql_office.rows()
    postgresql_office.run(
        "CREATE FUNCTION ghi() RETURNS timestamp LANGUAGE sql VOLATILE AS "
        "$$ INSERT INTO ho_so (id, ma) VALUES (77, 'x') RETURNING now()::timestamp $$"
    )
    assert fault(postgresql_office, landing, query=QUERY.format("ghi()")).code == "sql_write_refused"
    assert postgresql_office.rows() == before


@pytest.mark.parametrize("mode", Mode)
def test_a_snapshot_says_that_it_is_complete(office: Office, landing: Landing, mode: Mode) -> None:
    units = "SELECT don_vi AS unit_code, MIN(ma) AS name, 'commune' AS kind FROM ho_so GROUP BY don_vi"
    pulled = pull(office.add(1), landing, query=units, key=("unit_code",), dataset=DATASETS["units"], mode=mode)
    assert pulled.complete is (mode is Mode.SNAPSHOT)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"columns": {"officer_post": "CONG_DAN"}, "view": "HO_SO", "key": ("ID",)}, "sql_missing_column"),
        ({"columns": {"officer_post": "chuc_danh"}}, "sql_no_column"),
        ({"key": ("ma",)}, "sql_no_column"),
        ({"updated_column": "sua_luc"}, "sql_no_column"),
        ({"view": "v_khong_co"}, "sql_no_view"),
        ({"query": "SELECT khong_co FROM ho_so"}, "sql_no_column"),
        ({"query": "SELECT FROM FROM"}, "sql_query_refused"),
        ({"query": QUERY.format("tiep_nhan"), "key": ("status",)}, "sql_key_repeats"),
        ({"query": QUERY.format("tiep_nhan"), "key": ("status", "unit_code"), "page_rows": 1}, "sql_key_repeats"),
        ({"query": QUERY.format("NULL"), "key": ("received_at",)}, "sql_key_null"),
        ({"updated_column": "Đơn vị xử lý"}, "sql_updated_type"),
        ({"query": 'SELECT a.*, ma AS "Mã hồ sơ", ma AS "Số hồ sơ" FROM ho_so a'}, "sql_duplicate_column"),
    ],
)
def test_what_cannot_be_asked_is_told(
    office: Office, landing: Landing, settings: dict[str, Any], expected: str
) -> None:
    told = fault(office.add(1, 2, 3), landing, **settings)
    assert told.code == expected
    assert "Bí Mật" not in repr(told) + told.sentence()


def test_constants_and_declared_columns_make_a_poor_view_do(office: Office, landing: Landing) -> None:
    query = "SELECT id, ma AS so, tiep_nhan FROM ho_so -- báo cáo 100% lúc 08:15"
    given = {"dossier_code": "SO", "received_at": "tiep_nhan"}
    told = fault(office.add(1), landing, query=query, columns=given)
    assert told.params["columns"] == "unit_code, status"
    (record,) = pull(office, landing, query=query, columns=given, constants={"unit_code": "1", "status": "4"}).records
    assert record.values["dossier_code"] == "00001"


def test_a_composite_key_of_text_and_time_is_walked_through(office: Office, landing: Landing) -> None:
    for number in range(1, 10):
        office.add(number, ma=f"m{number % 2}", tiep_nhan=f"2024-11-1{number} 08:00:00")
    pulled = pull(office, landing, view="ho_so", key=("ma", "tiep_nhan"), page_rows=2, columns={
        "dossier_code": "ma", "unit_code": "don_vi", "status": "trang_thai", "received_at": "tiep_nhan",
        "source_record_id": "id",
    })  # fmt: skip
    assert [r.values["source_record_id"] for r in pulled.records] == list("246813579")


def test_names_in_quotes_and_with_schema(postgresql_office: Office, landing: Landing) -> None:
    postgresql_office.run('CREATE SCHEMA "Báo cáo"', 'CREATE VIEW "Báo cáo"."Hồ sơ 2024" AS SELECT * FROM v_ho_so')
    assert codes(pull(postgresql_office, landing, view='"Báo cáo"."Hồ sơ 2024"')) == ["00001"]
    assert codes(pull(postgresql_office, landing, view="PUBLIC.V_Ho_So")) == ["00001"]


def test_the_account_may_lack_the_right_to_read(postgresql_office: Office, landing: Landing) -> None:
    url = make_url(postgresql_office.url)
    role = f"doc_{url.database}"
    postgresql_office.run(f"CREATE ROLE {role} LOGIN")
    poor = url.set(username=role).render_as_string(hide_password=False)
    told = fault(postgresql_office, landing, url=poor)
    postgresql_office.run(f"DROP ROLE {role}")
    assert (told.code, told.params["what"]) == ("sql_permission", "v_ho_so")


def test_dry_runs_read_without_writing(office: Office, tmp_path: Path) -> None:
    assert codes(pull(office.add(1), Landing(tmp_path / "dry", dry=True))) == ["00001"]
    assert not (tmp_path / "dry").exists()


def test_a_page_that_is_gone_from_the_landing_is_told(office: Office, landing: Landing) -> None:
    pulled = source(office.add(1)).pull(PullRequest(as_of=AS_OF), landing)
    (landing.root / pulled.bodies[0].path).unlink()
    with pytest.raises(SourceFault, match="landing_failed"):
        list(pulled.parts)
