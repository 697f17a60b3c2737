"""Which rows of the other datasets are believed, and the one reason given where one is not."""

from functools import cache

import pytest

from expectations.sentences import sentence
from tasks.rules.datasets import DATASETS
from tests.unit.expectation_cases import BROKEN, CONTEXT, GOOD, Checked, check, codes_of, frame_of, good, report_on

EXIT = {"event": "cancel", "reason": "Không còn đối tượng", "approver": "Giám đốc Sở"}

BAD = [
    ("units", "no code", {"unit_code": None}, "unit_missing"),
    ("units", "no name", {"name": ""}, "name_missing"),
    ("units", "no kind", {"kind": None}, "kind_missing"),
    ("units", "an unknown kind", {"kind": "hamlet"}, "kind_unknown"),
    ("units", "ends before it begins", {"valid_to": "30/06/2025"}, "valid_to_before_valid_from"),
    ("units", "begins on 30 February", {"valid_from": "30/02/2025"}, "valid_from_invalid"),
    ("units", "begins before the state", {"valid_from": "01/01/1900"}, "valid_from_implausible"),
    ("units", "ends in the year 2999", {"valid_to": "31/12/2999"}, "valid_to_implausible"),
    ("units", "cells shifted", {BROKEN: "field_count"}, "malformed_row"),
    ("units", "a formula without result", {BROKEN: "formula"}, "formula_cell"),
    ("units", "1.09E+11 for a code", {BROKEN: "code_as_number"}, "code_as_number"),
    ("unit_succession", "no old code", {"old_code": None}, "old_code_missing"),
    ("unit_succession", "no new code", {"new_code": None}, "new_code_missing"),
    ("unit_succession", "no date", {"effective_from": None}, "effective_from_missing"),
    ("unit_succession", "no such date", {"effective_from": "31/06/2025"}, "effective_from_invalid"),
    ("unit_succession", "in the year 2925", {"effective_from": "01/07/2925"}, "effective_from_implausible"),
    ("unit_succession", "no share", {"share": None}, "share_missing"),
    ("unit_succession", "half a unit", {"share": "half"}, "share_unknown"),
    ("contacts", "no unit", {"unit_code": None}, "unit_missing"),
    ("contacts", "no role", {"role": None}, "role_missing"),
    ("contacts", "an unknown role", {"role": "boss"}, "role_unknown"),
    ("contacts", "no name", {"name": None}, "name_missing"),
    ("contacts", "no address", {"email": None}, "email_missing"),
    ("contacts", "no @", {"email": "chutich.cantho.example.gov.vn"}, "email_invalid"),
    ("contacts", "two @", {"email": "a@b@cantho.example.gov.vn"}, "email_invalid"),
    ("contacts", "Vietnamese letters", {"email": "chủtịch@cantho.example.gov.vn"}, "email_invalid"),
    ("contacts", "two addresses in one cell", {"email": "a@x.example.vn,b@x.example.vn"}, "email_invalid"),
    ("contacts", "a header in the address", {"email": "a@x.example.vn\r\nBcc:b@x.example.vn"}, "email_invalid"),
    ("contacts", "ends before it begins", {"valid_to": "30/06/2025"}, "valid_to_before_valid_from"),
    ("absences", "no unit", {"unit_code": None}, "unit_missing"),
    ("absences", "no beginning", {"from_on": None}, "from_on_missing"),
    ("absences", "ends before it begins", {"to_on": "15/11/2026"}, "to_before_from"),
    ("absences", "ends on 31 November", {"to_on": "31/11/2026"}, "to_on_invalid"),
    ("absences", "in the year 2062", {"to_on": "04/12/2062"}, "to_on_implausible"),
    ("absences", "a delegate without @", {"delegate_email": "phochutich"}, "delegate_email_invalid"),
    ("procedures", "no code", {"procedure_code": None}, "procedure_code_missing"),
    ("procedures", "no name", {"name": None}, "name_missing"),
    ("procedures", "an unknown state", {"status": "sleeping"}, "status_unknown"),
    ("procedures", "an unknown policy", {"supplement_policy": "wait"}, "supplement_policy_unknown"),
    ("procedures", "an unknown unit", {"duration_unit": "moon"}, "duration_unit_unknown"),
    ("procedures", "three of what?", {"duration_unit": None}, "duration_incomplete"),
    ("procedures", "ten thousand days", {"duration_amount": "10000"}, "duration_out_of_range"),
    ("procedures", "internal time without unit", {"internal_amount": "2"}, "internal_incomplete"),
    (
        "procedures",
        "internal time below nothing",
        {"internal_amount": "-2", "internal_unit": "working_day"},
        "internal_out_of_range",
    ),
    (
        "procedures",
        "an unknown internal unit",
        {"internal_amount": "2", "internal_unit": "moon"},
        "internal_unit_unknown",
    ),
    (
        "procedures",
        "internal time in words",
        {"internal_amount": "hai", "internal_unit": "working_day"},
        "internal_amount_invalid",
    ),
    ("procedures", "perhaps online", {"online": "maybe"}, "online_invalid"),
    (
        "procedures",
        "ends before it begins",
        {"valid_from": "01/07/2025", "valid_to": "01/06/2025"},
        "valid_to_before_valid_from",
    ),
    ("postings", "no unit", {"unit_code": None}, "unit_missing"),
    ("postings", "nothing on display", {"procedure_code": None}, "procedure_code_missing"),
    ("postings", "seen when?", {"seen_on": None}, "seen_on_missing"),
    ("postings", "seen on 31 November", {"seen_on": "31/11/2026"}, "seen_on_invalid"),
    ("postings", "seen next week", {"seen_on": "30/11/2026"}, "seen_in_future"),
    ("dossier_events", "no dossier", {"dossier_code": None}, "dossier_code_missing"),
    ("dossier_events", "no moment", {"at": None}, "at_missing"),
    ("dossier_events", "no such moment", {"at": "13/13/2026"}, "at_invalid"),
    ("dossier_events", "in 1926", {"at": "13/11/1926"}, "at_implausible"),
    ("dossier_events", "no event", {"event": None}, "event_missing"),
    ("dossier_events", "an unknown event", {"event": "sneeze"}, "event_unknown"),
    (
        "dossier_events",
        "extended by nobody",
        {"event": "extend", "new_due_at": "20/11/2026"},
        "extension_without_document",
    ),
    ("dossier_events", "extended until when?", {"event": "extend", "document_no": "12/VB"}, "extension_without_date"),
    (
        "dossier_events",
        "extended to 31/11",
        {"event": "extend", "document_no": "12/VB", "new_due_at": "31/11/2026"},
        "new_due_at_invalid",
    ),
    ("recommendations", "no code", {"recommendation_code": None}, "recommendation_code_missing"),
    ("recommendations", "no unit", {"unit_code": None}, "unit_missing"),
    ("recommendations", "no text", {"content": None}, "content_missing"),
    ("recommendations", "no date of issue", {"issued_on": None}, "issued_on_missing"),
    ("recommendations", "issued next year", {"issued_on": "02/11/2027"}, "issued_in_future"),
    ("recommendations", "due before issued", {"due_on": "01/11/2026"}, "due_before_issued"),
    ("recommendations", "due on 31 November", {"due_on": "31/11/2026"}, "due_on_invalid"),
    ("recommendations", "due in 2062", {"due_on": "30/11/2062"}, "due_on_implausible"),
    ("recommendations", "an unknown state", {"status": "done"}, "status_unknown"),
    ("recommendation_events", "no recommendation", {"recommendation_code": None}, "recommendation_code_missing"),
    ("recommendation_events", "no moment", {"at": None, "event_id": "E7"}, "at_missing"),
    ("recommendation_events", "an unknown event", {"event": "finish"}, "event_unknown"),
    (
        "recommendation_events",
        "extended by nobody",
        {"event": "extend", "new_due_on": "31/12/2026"},
        "extension_without_document",
    ),
    (
        "recommendation_events",
        "extended until when?",
        {"event": "extend", "document_no": "9/KL"},
        "extension_without_date",
    ),
    ("recommendation_events", "cancelled without reason", {**EXIT, "reason": None}, "side_exit_without_reason"),
    ("recommendation_events", "cancelled by nobody", {**EXIT, "approver": None}, "side_exit_without_approver"),
    (
        "recommendation_events",
        "superseded by nobody",
        {**EXIT, "event": "supersede", "approver": None},
        "side_exit_without_approver",
    ),
    (
        "recommendation_events",
        "not applicable, says nobody",
        {**EXIT, "event": "not_applicable", "approver": None},
        "side_exit_without_approver",
    ),
    (
        "recommendation_events",
        "returned without reason",
        {**EXIT, "event": "return", "reason": None},
        "side_exit_without_reason",
    ),
    (
        "recommendation_events",
        "transferred without reason",
        {**EXIT, "event": "transfer", "reason": None},
        "side_exit_without_reason",
    ),
    (
        "recommendation_events",
        "partly done, says nobody",
        {**EXIT, "event": "partial", "approver": None},
        "side_exit_without_approver",
    ),
    ("recommendation_events", "a risk taken for ever", {**EXIT, "event": "accept_risk"}, "risk_without_expiry"),
    (
        "recommendation_events",
        "a risk until 31/11",
        {**EXIT, "event": "accept_risk", "expires_on": "31/11/2027"},
        "expires_on_invalid",
    ),
]
POSSIBLE = [
    ("units", {"valid_from": None, "valid_to": None}),
    ("units", {"valid_from": "01/01/1976", "valid_to": "30/06/2025"}),
    ("units", {"valid_to": "31/12/9999"}),  # how exports say "no end"
    ("units", {"valid_from": "01/07/2025", "valid_to": "01/07/2025"}),
    ("unit_succession", {"old_code": "31231"}),  # a code used again for a bigger territory
    ("contacts", {"valid_from": None, "valid_to": "30/06/2031"}),
    ("contacts", {"email": "o'neil+x@a-b.example.gov.vn"}),
    ("absences", {"to_on": None, "delegate_email": "pho@cantho.example.gov.vn"}),
    ("absences", {"to_on": "16/11/2026"}),
    ("procedures", {"duration_amount": None, "duration_unit": None, "status": None}),
    ("procedures", {"internal_amount": "2", "internal_unit": "working_day"}),
    ("dossier_events", {"event": "transfer", "to_unit_code": None}),
    ("dossier_events", {"event": "extend", "document_no": "12/VB", "new_due_at": "20/11/2026"}),
    ("recommendations", {"due_on": None, "status": None}),  # a date is proposed, not demanded
    ("recommendations", {"issued_on": "20/06/2025", "due_on": "20/06/2025"}),
    ("recommendation_events", {"event_id": None, "event": "verify"}),
    ("recommendation_events", {**EXIT, "event": "accept_risk", "expires_on": "31/12/2027"}),
]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_good_record_is_good(name) -> None:
    report = report_on(name, good(name))
    assert codes_of(report) == {}
    assert not report.source.refused


@cache
def all_bad_rows_of(name: str) -> Checked:
    """One pull of all bad rows of a dataset and a good one. Keys are told apart, so that none stands for another."""
    frame = frame_of(name, *(good(name, **changes) for n, _, changes, _ in BAD if n == name), good(name))
    frame["record_key"] = frame["record_key"].where(frame["key__bad"], "key " + frame["rid"].astype(str))
    report = check(DATASETS[name], frame, CONTEXT)
    assert sorted(report.row_faults) == list(range(report.rows - 1)), "the last row is good"
    return report


@pytest.mark.parametrize(("name", "case", "changes", "code"), BAD, ids=[f"{n}: {c}" for n, c, _, _ in BAD])
def test_a_bad_row_has_exactly_one_reason(name, case, changes, code) -> None:
    number = [(n, c) for n, c, _, _ in BAD if n == name].index((name, case))
    report = all_bad_rows_of(name)
    assert codes_of(report)[number] == [code]
    assert report.row_faults[number][0].text == sentence(code, "vi")


@pytest.mark.parametrize(("name", "changes"), POSSIBLE)
def test_what_is_unusual_but_possible_is_believed(name, changes) -> None:
    assert codes_of(report_on(name, good(name, **changes))) == {}


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_an_empty_pull(name) -> None:
    """An empty snapshot would end everything and is refused; an empty delta says that nothing happened."""
    report = report_on(name)
    assert report.rows == 0
    assert report.source.ran > 0
    snapshot = DATASETS[name].mode.value == "snapshot"
    assert [r.code for r in report.source.source_faults] == (["snapshot_empty"] if snapshot else [])
