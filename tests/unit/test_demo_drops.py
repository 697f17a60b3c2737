"""The demo's files against the story: what the drops of a morning hold, who answers, what is configured."""

import csv
import io
import re
import tomllib
from datetime import date

import pytest

from deployments.demo.config import FILE_SOURCES, PASSWORD_ENV, write_config
from deployments.demo.desk import acts_on
from deployments.demo.dossiers import DOSSIERS, T2, T4, T5, T6
from deployments.demo.drops import drops_of, write_drops
from deployments.demo.posts import CONTACTS, UNIT_MAP, UNIT_SUCCESSION, UNITS
from deployments.demo.story import DAYS, DROP_AT, HOLIDAY, at
from tasks.intake.unit_map import load_unit_map
from tasks.rules.datasets import DATASETS, VOCABULARY
from tasks.settings import load_settings


def _table(day: date, dataset: str) -> list[dict[str, str]]:
    name = f"{dataset}-{day:%Y%m%d}-{DROP_AT:%H%M}.csv"
    return list(csv.DictReader(io.StringIO(drops_of(day)[name], newline="")))


def test_every_file_has_the_columns_of_its_dataset_and_no_other():
    for day in DAYS:
        for name, text in drops_of(day).items():
            dataset = DATASETS[name.partition("-")[0]]
            heading = next(csv.reader(io.StringIO(text)))
            assert set(dataset.required) <= set(heading) <= {column.name for column in dataset.columns}
            for row in csv.DictReader(io.StringIO(text)):
                assert all(row[column] for column in dataset.required)
                words = {c: VOCABULARY.get((dataset.name, c)) for c in row}
                assert all(not allowed or row[c] in allowed for c, allowed in words.items())


def test_events_come_daily_master_data_once_nothing_on_the_holiday(tmp_path):
    daily = {"dossier_events", "recommendations", "recommendation_events"}
    master = {"units", "unit_succession", "contacts", "absences", "procedures", "postings"}
    for day in DAYS:
        fresh = {path.name.partition("-")[0] for path in write_drops(tmp_path, day)}
        assert fresh == (set() if day == HOLIDAY else daily | (master if day == DAYS[0] else set()))
    assert write_drops(tmp_path, DAYS[-1]) == []


def test_a_folder_that_starts_late_holds_what_it_would_have_held(tmp_path):
    for day in DAYS:
        write_drops(tmp_path / "daily", day)
    write_drops(tmp_path / "late", DAYS[-1])
    daily, late = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("daily", "late"))
    assert daily == late


@pytest.mark.parametrize(
    ("day", "events"),
    [
        (date(2026, 11, 23), 4),
        (date(2026, 11, 30), 4),
        (date(2026, 12, 1), 5),
    ],
)
def test_pauses_and_transfers_so_far(day, events):
    rows = _table(day, "dossier_events")
    told = [(r["dossier_code"], r["at"], r["event"], r["unit_code"], r["to_unit_code"]) for r in rows]
    assert (
        told
        == [
            (T4.code, "2026-11-05 15:00", "pause", "31157", ""),
            (T4.code, "2026-11-12 09:30", "resume", "31157", ""),
            (T6.code, "2026-11-12 08:30", "transfer", "31157", "SNNMT"),
            (T5.code, "2026-11-13 10:00", "pause", "31157", ""),
            (T5.code, "2026-11-30 09:00", "resume", "31157", ""),
        ][:events]
    )


def test_recommendations_and_the_date_that_comes_last():
    told = [
        (r["recommendation_code"], r["unit_code"], r["issued_on"], r["due_on"])
        for r in _table(DAYS[0], "recommendations")
    ]
    assert told == [
        ("KN-2025-014", "31243", "2025-06-20", "2026-10-30"),
        ("KN-2025-017", "31240", "2025-06-20", "2026-11-20"),
        ("KN-2026-031", "31157", "2026-11-02", "2026-11-30"),
        ("KN-2026-032", "31299", "2026-11-02", ""),
        ("KN-2026-033", "31246", "2026-11-02", "2026-12-07"),
    ]
    for day in DAYS:
        if day != HOLIDAY:
            dates = {r["recommendation_code"]: r["due_on"] for r in _table(day, "recommendations")}
            assert dates["KN-2026-032"] == ("2026-12-15" if day == DAYS[-1] else "")


def test_the_log_of_the_recommendations_grows_by_day():
    told = {
        day: [(r["recommendation_code"], r["at"], r["event"]) for r in _table(day, "recommendation_events")]
        for day in DAYS
        if day != HOLIDAY
    }
    first = told[date(2026, 11, 23)]
    assert {event for _, _, event in first} == {"acknowledge"}
    assert told[date(2026, 11, 26)] == first
    assert told[date(2026, 11, 27)][2:] == [("KN-2026-031", "2026-11-26 14:00", "report")]
    assert told[date(2026, 11, 30)][3:] == [
        ("KN-2025-017", "2026-11-27 09:30", "extend"),
        ("KN-2025-014", "2026-11-27 15:30", "report"),
    ]
    assert sorted(told[date(2026, 12, 1)][5:]) == [
        ("KN-2025-014", "2026-11-30 14:00", "verify"),
        ("KN-2025-014", "2026-11-30 16:45", "close"),
        ("KN-2026-031", "2026-11-30 10:00", "verify"),
        ("KN-2026-031", "2026-11-30 16:50", "close"),
    ]


def test_the_extension_has_its_document_and_the_report_its_evidence():
    rows = {(r["recommendation_code"], r["event"]): r for r in _table(DAYS[-1], "recommendation_events")}
    extension = rows["KN-2025-017", "extend"]
    assert (extension["document_no"], extension["new_due_on"]) == ("532/SNV-CCHC", "2026-12-31")
    assert rows["KN-2026-031", "report"]["evidence"]


def test_units_reuse_a_code_and_a_name():
    names = {(u["unit_code"], u["valid_to"]): u["name"] for u in UNITS}
    assert names["31231", ""] == names["31240", "2025-06-30"] == "UBND xã Thạnh An"
    assert names["31231", "2025-06-30"] == "UBND thị trấn Thạnh An"
    assert {(s["old_code"], s["new_code"]) for s in UNIT_SUCCESSION} == {("31243", "31231"), ("31240", "31246")}
    assert {u["parent_code"] for u in UNITS} <= {u["unit_code"] for u in UNITS} | {""}


def test_posts_answer_never_persons_and_one_unit_has_nobody():
    assert {c["name"] for c in CONTACTS} == {"(không nêu)"}
    assert "31309" not in {c["unit_code"] for c in CONTACTS}
    heads = {c["unit_code"]: c["email"] for c in CONTACTS if c["role"] == "head"}
    assert heads["31157"] == "chutich.thoilong@cantho.example.gov.vn"
    assert all(re.fullmatch(r"[a-z.]+@cantho\.example\.gov\.vn", c["email"]) for c in CONTACTS)
    absence = _table(DAYS[0], "absences")[0]
    assert absence["delegate_email"] == "phochutich.thanhan@cantho.example.gov.vn"
    assert (absence["unit_code"], absence["from_on"], absence["to_on"]) == ("31231", "2026-11-16", "2026-12-04")


def test_configuration_is_live_in_a_sandbox_and_holds_no_secret(tmp_path):
    path = write_config(tmp_path, api_url="http://127.0.0.1:4711", smtp_port=2525)
    assert load_settings(path, {PASSWORD_ENV: "of no use to anybody"})
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    assert settings["warehouse"]["sandbox"] is True
    assert (settings["mail"]["mode"], settings["mail"]["port"], settings["mail"]["security"]) == ("live", 2525, "none")
    assert settings["flags"]["off"] == ["apology_missing", "stalled", "suspect_pause", "no_plan", "stale"]
    one_stop, *files = settings["sources"]
    assert (one_stop["base_url"], one_stop["system"]) == ("http://127.0.0.1:4711", "one-stop")
    assert [s["dataset"] for s in files] == [dataset for _, dataset, _ in FILE_SOURCES]
    assert next(s for s in files if s["dataset"] == "dossier_events")["system"] == "one-stop"
    assert not [key for source in settings["sources"] for key in source if key == "password"]
    write_drops(tmp_path / "drops", DAYS[0])
    assert all(list(tmp_path.glob(source["path"])) for source in files)


def test_the_unit_map_knows_every_agency_of_the_story(tmp_path):
    write_config(tmp_path, api_url="http://127.0.0.1:1", smtp_port=1)
    written = load_unit_map(tmp_path / "data/unit_map.csv")
    assert {agency: written.unit_code(agency, date(2026, 11, 23)) for agency in UNIT_MAP} == UNIT_MAP
    assert {d.agency for d in DOSSIERS} <= set(UNIT_MAP)


def test_the_dispute_is_opened_on_wednesday_and_upheld_on_thursday():
    opened, answered = acts_on(date(2026, 11, 25)), acts_on(date(2026, 11, 26))
    assert [(a.code, a.at, a.opens) for a in opened] == [(T2.code, at(25, 11, 10), True)]
    assert [(a.code, a.outcome) for a in answered] == [(T2.code, "upheld")]
    assert not any(acts_on(day) for day in DAYS if day not in (date(2026, 11, 25), date(2026, 11, 26)))
