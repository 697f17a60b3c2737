"""Good records of every dataset in the words of the sources, and the way from there to a report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from expectations.report import KeyReport, Reason, Report
from expectations.run import CheckContext, check_keys, check_rows, check_source
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS, Dataset
from tasks.rules.timezone import HANOI
from tests.pulls import RawRecord, normalised

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
CONTEXT = CheckContext(now=NOW)
BROKEN = "#malformed"

GOOD: dict[str, dict[str, str]] = {
    "units": {"unit_code": "31231", "name": "UBND xã Thạnh An", "kind": "commune", "valid_from": "01/07/2025"},
    "unit_succession": {
        "old_code": "31243",
        "new_code": "31231",
        "effective_from": "01/07/2025",
        "share": "whole",
        "legal_basis": "1668/NQ-UBTVQH15",
    },
    "contacts": {
        "unit_code": "31231",
        "role": "head",
        "name": "Chủ tịch",
        "email": "chutich.thanhan@cantho.example.gov.vn",
        "valid_from": "01/07/2025",
    },
    "absences": {"unit_code": "31231", "from_on": "16/11/2026", "to_on": "04/12/2026"},
    "procedures": {
        "procedure_code": "1.004194",
        "name": "Đăng ký tạm trú",
        "duration_amount": "3",
        "duration_unit": "working_day",
        "supplement_policy": "pause",
        "status": "active",
        "online": "có",
    },
    "postings": {"unit_code": "31157", "procedure_code": "1.004194", "seen_on": "20/11/2026"},
    "dossiers": {
        "dossier_code": "H13.12-261109-0001",
        "source_record_id": "38963",
        "unit_code": "31157",
        "status": "4",
        "received_at": "09/11/2026 09:10:00",
        "due_at": "16/11/2026",
        "duration_amount": "5",
        "duration_unit": "working_day",
        "updated_at": "20/11/2026 16:00:00",
    },
    "dossier_events": {
        "dossier_code": "H13.12-261109-0001",
        "at": "13/11/2026 10:00:00",
        "event": "pause",
        "reason": "Bổ sung giấy tờ",
    },
    "recommendations": {
        "recommendation_code": "KN-2026-02",
        "unit_code": "31157",
        "content": "Công khai đầy đủ thủ tục",
        "issued_on": "02/11/2026",
        "due_on": "30/11/2026",
        "status": "issued",
    },
    "recommendation_events": {
        "recommendation_code": "KN-2026-02",
        "at": "26/11/2026 14:00:00",
        "event": "report",
        "event_id": "E1",
        "evidence": "BC-12",
    },
}


def frame_of(dataset: str, *rows: Mapping[str, str | None]) -> pd.DataFrame:
    """The frame the real normaliser makes. A row with the key `BROKEN` is a malformed one."""
    records = []
    for line, row in enumerate(rows, start=2):
        ref = f"sha256:00#{line}"
        if broken := row.get(BROKEN):
            records.append(RawRecord(values={}, ref=ref, moment=NOW, malformed=broken, fingerprint=ref))
        else:
            records.append(RawRecord(values=row, ref=ref, moment=NOW))
    return normalised(DATASETS[dataset], records, NormaliseContext(as_of=NOW))


def good(dataset: str, **changes: str | None) -> dict[str, str | None]:
    """A good record with these cells changed (None: left empty)."""
    return {**GOOD[dataset], **changes}


@dataclass(frozen=True)
class Checked:
    """All that is said of one pull: of the source, of its rows, of its keys."""

    source: Report
    by_row: Report
    keys: KeyReport

    @property
    def row_faults(self) -> dict[int, tuple[Reason, ...]]:
        told = dict(self.by_row.row_faults)
        for rid, reason in self.keys.conflicts.items():
            told[rid] = (*told.get(rid, ()), reason)
        return {rid: reasons for rid, reasons in sorted(told.items()) if rid not in self.keys.folded}

    @property
    def rows(self) -> int:
        return self.by_row.rows

    def counts(self) -> dict[str, int]:
        return replace(self.by_row, row_faults=self.row_faults).counts()


def check(dataset: Dataset, frame: pd.DataFrame, context: CheckContext = CONTEXT) -> Checked:
    """A pull of one part, checked as a load does it."""
    by_row = check_rows(dataset, frame, context)
    keyed = frame[frame["record_key"].ne("") & frame["malformed"].eq("")]
    shared = keyed[keyed.duplicated("record_key", keep=False)].reindex(
        columns=["rid", "record_key", "content_hash", "updated_at"]
    )
    shared["faulty"] = shared["rid"].isin(by_row.row_faults)
    return Checked(
        check_source(dataset, frame.columns, len(frame), context),
        by_row,
        check_keys(shared) if len(shared) else KeyReport(),
    )


def report_on(dataset: str, *rows: Mapping[str, str | None], context: CheckContext = CONTEXT) -> Checked:
    return check(DATASETS[dataset], frame_of(dataset, *rows), context)


def codes_of(report: Checked | Report) -> dict[int, list[str]]:
    """Reason codes by row number."""
    return {rid: [reason.code for reason in reasons] for rid, reasons in report.row_faults.items()}
