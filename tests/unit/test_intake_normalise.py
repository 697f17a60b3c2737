"""Raw records to the typed frame: what is understood, what is marked, what makes a key."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.intake.normalise import NormaliseContext
from tasks.intake.set_aside import is_not_received, older_rows
from tasks.intake.unit_map import parse_unit_map
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tasks.sources.base import SourceFault
from tests.pulls import RawRecord, normalised

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
CONTEXT = NormaliseContext(as_of=AS_OF)
DOSSIER = {
    "dossier_code": "TL.01",
    "unit_code": "31157",
    "status": "4",
    "received_at": "09/11/2026 09:10:00",
    "source_record_id": "38963",
}


def record(values: Mapping[str, str | None], *, at: datetime = AS_OF, line: int = 2, **more: str) -> RawRecord:
    return RawRecord(values=values, ref=f"sha256:00#{line}", moment=at, **more)


def dossier(**changes: str | None) -> RawRecord:
    return record({**DOSSIER, **changes})


def dossiers(*records: RawRecord, context: NormaliseContext = CONTEXT) -> pd.DataFrame:
    return normalised(DATASETS["dossiers"], records, context)


def test_a_dossier_becomes_typed_columns() -> None:
    frame = dossiers(dossier(due_at="16/11/2026", duration_amount="5", paused="không", procedure_name="NA"))
    row = frame.iloc[0]
    assert row["received_at"] == datetime(2026, 11, 9, 2, 10, tzinfo=UTC)
    assert (row["received_precision"], row["due_precision"]) == ("minute", "day")
    assert row["due_at"] == datetime(2026, 11, 16, 17, 0, tzinfo=HANOI)
    assert row["duration_amount"] == 5
    assert row["paused"] == False  # noqa: E712 -- a nullable boolean
    assert row["procedure_name"] == "NA"
    assert row["procedure_code"] is None
    assert frame.dtypes["received_at"] == "datetime64[us, UTC]"
    assert frame.dtypes["duration_amount"] == "Int64"
    assert frame.dtypes["paused"] == "boolean"


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d.name)
def test_an_empty_pull_has_the_same_columns_and_types(dataset) -> None:
    empty = normalised(dataset, (), CONTEXT)
    one = normalised(dataset, (record({}),), CONTEXT)
    assert list(empty.columns) == list(one.columns)
    assert [str(t) for t in empty.dtypes] == [str(t) for t in one.dtypes]
    assert {c.name for c in dataset.stored} < set(empty.columns)


def test_a_receipt_without_time_means_opening_and_a_due_date_means_closing() -> None:
    row = dossiers(dossier(received_at="09/11/2026", due_at="16/11/2026")).iloc[0]
    assert row["received_at"] == datetime(2026, 11, 9, 7, 30, tzinfo=HANOI)
    assert row["due_at"] == datetime(2026, 11, 16, 17, 0, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("column", "text"),
    [("received_at", "31/02/2026"), ("due_at", "chưa có"), ("duration_amount", "1.000"), ("paused", "tạm")],
)
def test_what_cannot_be_understood_is_marked_and_kept_as_text(column: str, text: str) -> None:
    frame = dossiers(dossier(**{column: text}), dossier())
    assert frame[f"{column}__bad"].tolist() == [True, False]
    assert frame[f"{column}__text"].tolist() == [text, None]
    assert pd.isna(frame[column][0])
    assert frame["content_hash"][0] != frame["content_hash"][1]


@pytest.mark.parametrize(
    ("word", "status"),
    [("Đang xử lý", "4"), ("ĐANG  XỬ LÝ", "4"), ("10", "10"), ("Đã trả kết quả", "10"), ("abc", "abc")],
)
def test_status_words(word: str, status: str) -> None:
    assert dossiers(dossier(status=word))["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, "38963"),
        ({"source_record_id": None}, "TL.01|31157|2026"),
        ({"source_record_id": " ", "dossier_code": "\uff34L.01\u200b"}, "TL.01|31157|2026"),
        ({"source_record_id": None, "received_at": "01/01/2026 00:30:00"}, "TL.01|31157|2026"),  # 2025 in UTC
        ({"source_record_id": None, "dossier_code": "T|L"}, "T%7CL|31157|2026"),
        ({"source_record_id": None, "received_at": "31/02/2026"}, ""),
        ({"source_record_id": None, "unit_code": ""}, ""),
        ({"source_record_id": "00160"}, "00160"),
    ],
)
def test_key_of_a_dossier(changes: dict[str, str | None], key: str) -> None:
    frame = dossiers(dossier(**changes))
    assert frame["record_key"].tolist() == [key]
    assert frame["key__bad"].tolist() == [not key]


@pytest.mark.parametrize(
    ("dataset", "values", "key"),
    [
        ("units", {"unit_code": "31157"}, "31157|0001-01-01"),
        ("units", {"unit_code": "31157", "valid_from": "01/07/2025"}, "31157|2025-07-01"),
        ("units", {}, ""),
        ("contacts", {"unit_code": "1", "role": "Head", "email": "a@x.vn"}, "1|head|a@x.vn|0001-01-01"),
        (
            "dossier_events",
            {"dossier_code": "T5", "at": "13/11/2026 10:00", "event": "pause"},
            "T5||2026-11-13T03:00:00+00:00|pause",
        ),
        ("dossier_events", {"dossier_code": "T5", "at": "31/02/2026", "event": "pause"}, ""),
        ("recommendation_events", {"event_id": "E1"}, "E1"),
        (
            "recommendation_events",
            {"recommendation_code": "R2", "at": "2026-11-26T14:00:00+07:00", "event": "report"},
            "R2|2026-11-26T07:00:00+00:00|report",
        ),
        ("recommendations", {"recommendation_code": "R1"}, "R1"),
        (
            "postings",
            {"unit_code": "31157", "procedure_code": "1.004194", "seen_on": "20/11/2026"},
            "31157|1.004194|2026-11-20",
        ),
    ],
)
def test_keys_of_the_other_datasets(dataset: str, values: dict[str, str], key: str) -> None:
    assert normalised(DATASETS[dataset], (record(values),), CONTEXT)["record_key"].tolist() == [key]


def test_same_content_in_other_spelling_has_the_same_hash() -> None:
    frame = dossiers(
        dossier(procedure_name="Cấp giấy phép"),
        dossier(procedure_name=" Cấp  giấy\u00a0phép ", received_at="2026-11-09T02:10:00Z"),
        dossier(procedure_name="Cấp giấy phép", due_at="16/11/2026"),
        dossier(procedure_name="Cấp giấy phép", due_at="16/11/2026 17:00"),  # same instant, other precision
    )
    hashes = frame["content_hash"].tolist()
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_malformed_records_have_no_values_no_key_and_their_own_fingerprint() -> None:
    frame = dossiers(record({}, malformed="field_count", fingerprint="f1"), dossier())
    assert frame["malformed"].tolist() == ["field_count", ""]
    assert frame["content_hash"][0] == "f1"
    assert frame["key__bad"].tolist() == [True, False]
    assert frame["status"].tolist() == [None, "4"]


def test_constants_stand_in_for_missing_columns_only() -> None:
    context = NormaliseContext(as_of=AS_OF, constants={"unit_code": "SNV", "status": "4"})
    bare = {key: text for key, text in DOSSIER.items() if key not in {"unit_code", "status"}}
    assert dossiers(record(bare), context=context)["unit_code"].tolist() == ["SNV"]
    assert dossiers(record({**DOSSIER, "unit_code": ""}), context=context)["unit_code"].tolist() == [None]


def test_units_follow_the_reviewed_map_by_the_day_of_the_row() -> None:
    unit_map = parse_unit_map(
        "Cơ quan;Mã đơn vị;Hiệu lực từ\nUBND xã Thạnh An;31240;\nUBND xã Thạnh An;31231;01/07/2025\n".encode(),
        "unit_map.csv",
    )
    context = NormaliseContext(as_of=AS_OF, unit_map=unit_map)
    frame = dossiers(
        dossier(unit_code="UBND xã  thạnh an", received_at="30/06/2025 08:00"),
        dossier(unit_code="UBND xã Thạnh An", received_at="01/07/2025 08:00"),
        dossier(unit_code="UBND xã Thạnh An", received_at="31/02/2026"),
        dossier(unit_code="UBND xã Thạnh Anh"),
        dossier(unit_code="31 157"),
        context=context,
    )
    assert frame["unit_code"].tolist() == ["31240", "31231", "31231", "?UBND xã Thạnh Anh", "?31157"]


@pytest.mark.parametrize(
    ("agency", "received", "constant", "unit"),
    [
        ("B", "09/11/2026", None, "A"),
        ("A", "09/11/2026", None, "?A"),  # our unit A is not what the source calls A
        ("C", "30/06/2025", None, "?C"),  # before the line is valid
        ("C", "01/07/2025", None, "B"),
        ("?A", "09/11/2026", None, "??A"),
        (" ", "09/11/2026", None, None),
        (None, "09/11/2026", "A", "A"),  # a constant is a code of ours
    ],
)
def test_an_agency_that_the_map_does_not_know_is_never_a_unit_of_ours(
    agency: str | None, received: str, constant: str | None, unit: str | None
) -> None:
    unit_map = parse_unit_map(b"source_code,unit_code,valid_from\nB,A,\nC,B,01/07/2025\n", "unit_map.csv")
    context = NormaliseContext(as_of=AS_OF, unit_map=unit_map, constants={"unit_code": constant} if constant else {})
    row = {**DOSSIER, "received_at": received, "unit_code": agency}
    if constant:
        row.pop("unit_code")
    assert dossiers(record(row), context=context)["unit_code"].tolist() == [unit]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("source_code,unit_code,valid_from\nA,1,\nA,2,\n", "unit_map_twice"),
        ("source_code,unit_code,valid_from\nA,,\n", "unit_map_row"),
        ("source_code,unit_code,valid_from\nA,1,31/02/2026\n", "unit_map_row"),
        ("source_code,valid_from\nA,1\n", "missing_column"),
    ],
)
def test_a_doubtful_unit_map_is_refused(lines: str, code: str) -> None:
    with pytest.raises(SourceFault) as fault:
        parse_unit_map(lines.encode(), "unit_map.csv")
    assert fault.value.code == code


def test_not_received_and_older_records_are_told_apart() -> None:
    earlier = datetime(2026, 11, 22, tzinfo=HANOI)
    frame = dossiers(
        record({**DOSSIER, "due_at": "16/11/2026"}, at=earlier),
        dossier(),
        dossier(source_record_id="2", status="1"),
        dossier(source_record_id="3", status="3", received_at=None),
        dossier(source_record_id="4", status="3"),
        dossier(source_record_id="5", status="3", received_at="31/02/2026"),
        record({}, malformed="field_count", fingerprint="f", at=earlier),
    )
    assert frame.index[is_not_received(DATASETS["dossiers"], frame)].tolist() == [2, 3]
    assert frame.index[older_rows(frame)].tolist() == [0]


@pytest.mark.slow
@given(st.lists(st.dictionaries(st.sampled_from([c.name for c in DATASETS["dossiers"].columns]), st.text(max_size=12))))
def test_any_text_gives_a_frame_row_for_row(rows: list[dict[str, str]]) -> None:
    frame = dossiers(*(record(row, line=n) for n, row in enumerate(rows)))
    assert len(frame) == len(rows)
    assert frame["ref"].tolist() == [f"sha256:00#{n}" for n in range(len(rows))]
    assert (frame["key__bad"] == (frame["record_key"] == "")).all()


def test_days_are_dates_or_nothing() -> None:
    frame = normalised(
        DATASETS["recommendations"],
        (record({"issued_on": "20/06/2025"}), record({"issued_on": ""}), record({"issued_on": "2025-06-20 08:00"})),
        CONTEXT,
    )
    assert frame["issued_on"].tolist() == [date(2025, 6, 20), None, date(2025, 6, 20)]


@pytest.mark.parametrize(
    ("dataset", "column", "values"),
    [
        ("contacts", "email", {"unit_code": "31157", "role": "head", "name": "-"}),
        ("absences", "delegate_email", {"unit_code": "31157", "from_on": "16/11/2026"}),
    ],
)
def test_addresses_compare_without_their_capitals(dataset, column, values) -> None:
    written = [record({**values, column: text}) for text in ("h1@x.gov.vn", " H1@X.Gov.VN ", "h1 @x.gov.vn")]
    frame = normalised(DATASETS[dataset], written, CONTEXT)
    assert set(frame[column]) == {"h1@x.gov.vn"}
    assert frame["record_key"].nunique() == 1
    assert frame["content_hash"].nunique() == 1
