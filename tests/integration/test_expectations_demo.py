"""The seven mornings through the shipped source and normaliser: seven rows refused, each for its reason, no other."""

import csv
import io

import pytest

from deployments.demo.bad_rows import BAD_ROWS
from deployments.demo.config import unit_map_csv
from deployments.demo.drops import drops_of
from deployments.demo.one_stop_api import BASE_PATH, OneStopApi
from deployments.demo.story import DAYS, MORNINGS
from expectations.check_context import CheckContext
from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.intake.unit_map import parse_unit_map
from tasks.rules.datasets import DATASETS
from tasks.sources.base import PullRequest
from tasks.sources.opencps import OpenCpsSource
from tests.pulls import RawRecord, normalised, read
from tests.unit.expectation_cases import check

EXPECTED = {
    "due_before_received": "due_before_received",
    "unknown_status": "status_unknown",
    "received_unreadable": "received_at_invalid",
    "two_contents": "conflicting_duplicates",
    "no_unit": "unit_missing",
    "received_in_future": "received_in_future",
}


def test_every_morning_the_seven_are_refused_and_nothing_else(tmp_path) -> None:
    word = "a-word-for-this-test"
    with OneStopApi(password=word) as api:
        source = OpenCpsSource(
            name="one-stop",
            base_url=api.base_url,
            base_path=BASE_PATH,
            group_id=55853,
            username="dondoc",
            password=word,
        )
        for morning in MORNINGS:
            api.set_moment(morning)
            records = read(source.pull(PullRequest(as_of=morning), Landing(tmp_path))).records
            context = NormaliseContext(as_of=morning, unit_map=parse_unit_map(unit_map_csv().encode(), "unit_map.csv"))
            frame = normalised(DATASETS["dossiers"], records, context)
            report = check(DATASETS["dossiers"], frame, CheckContext(now=morning))
            ids = frame.set_index("rid")["source_record_id"]
            told = sorted((ids[rid], tuple(r.code for r in reasons)) for rid, reasons in report.row_faults.items())
            assert told == sorted((str(row.record_id), (EXPECTED[row.fault],)) for row in BAD_ROWS)
            assert not report.keys.folded
            assert not report.source.refused


@pytest.mark.parametrize("number", range(len(DAYS)), ids=[str(day) for day in DAYS])
def test_every_drop_of_the_story_is_good(number) -> None:
    for name, text in drops_of(DAYS[number]).items():
        dataset, now = DATASETS[name.partition("-")[0]], MORNINGS[number]
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        records = [RawRecord(values=row, ref=f"sha256:00#{n}", moment=now) for n, row in enumerate(rows)]
        report = check(dataset, normalised(dataset, records, NormaliseContext(as_of=now)), CheckContext(now=now))
        assert report.rows == len(records)
        assert {reason.code for reasons in report.row_faults.values() for reason in reasons} == set(), name
        assert not report.source.refused
        assert not report.keys.folded
