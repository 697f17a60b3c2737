"""The story in pure rules: the flags, the mails and the silences of each morning, as worked out by hand."""

from dataclasses import replace
from datetime import date

import pytest

from tasks.rules.arming import family
from tasks.rules.corrections import Told
from tasks.rules.digests import compose
from tasks.rules.disputes import effect_of
from tasks.rules.flags import open_flags
from tasks.rules.ladder import Asked
from tasks.rules.model import Audience, Change, DigestKind, Role
from tasks.rules.records import Dispute, DossierFile, RecommendationFile
from tasks.rules.situation import Books, Situation
from tests.unit import story_world as story

EVERY_DAY = {("T5", "paused_past_due", None), ("R3", "due_date_missing", None), ("31309", "no_recipient", None)}
# morning: flags beside those of every day; the third value is days late or days left
FLAGS = {
    23: {
        ("T1", "overdue", 5),
        ("T2", "past_appointment", 0),
        ("T3", "due_soon", 1),
        ("T4", "due_soon", 0),
        ("T6", "overdue", 5),
        ("A1", "overdue", 17),
        ("Q1", "overdue", 2),
        ("L1", "overdue", 3),
        ("S1", "due_soon", 0),
        ("S2", "due_soon", 1),
        ("R1", "overdue", 16),
        ("R2", "due_soon", 4),
        ("R4", "overdue", 1),
    },
    25: {
        ("T1", "overdue", 6),
        ("T2", "overdue", 1),
        ("T3", "due_soon", 0),
        ("T6", "overdue", 6),
        ("A1", "overdue", 18),
        ("R1", "overdue", 17),
        ("R4", "overdue", 2),
        ("L1", "overdue", 4),
        ("S2", "due_soon", 0),
        ("R2", "due_soon", 3),
    },
    26: {
        ("T2", "overdue", 2),
        ("T1", "overdue", 7),
        ("T6", "overdue", 7),
        ("A1", "overdue", 19),
        ("R1", "overdue", 18),
        ("R4", "overdue", 3),
        ("L1", "overdue", 5),
        ("S2", "overdue", 1),
        ("A2", "due_soon", 2),
        ("R2", "due_soon", 2),
    },
    27: {
        ("A1", "overdue", 20),
        ("R1", "overdue", 19),
        ("R4", "overdue", 4),
        ("T6", "overdue", 8),
        ("A2", "due_soon", 1),
        ("L1", "overdue", 6),
        ("R2", "awaiting_verification", None),
    },
    30: {
        ("A2", "due_soon", 0),
        ("R5", "due_soon", 5),
        ("R1", "awaiting_verification", None),
        ("R2", "awaiting_verification", None),
        ("L1", "overdue", 7),
    },
    1: {("L1", "overdue", 8), ("R5", "due_soon", 4), ("31309", "no_recipient", None)},
}
TIERS = {"A1": 2, "R1": 2}

# morning: recipient -> asked codes (with + for level 2), informed, cleared with reason, corrected
MAILS = {
    23: {
        "h1": ("R2 T1 T2 T3 T4 T5", "T6", {}, ""),
        "h2": ("A1 R1", "", {}, ""),
        "h3": ("Q1 R4", "", {}, ""),
        "h4": ("S1 S2 T6", "", {}, ""),
        "i": ("R3", "", {}, ""),
    },
    24: {},
    25: {
        "h1": ("R2 T1 T2 T3 T5", "T6", {"T4": "resolved_on_time"}, ""),
        "h4": ("S2 T6", "", {"S1": "resolved_on_time"}, ""),
    },
    26: {"h2": ("A1 A2 R1", "", {}, ""), "h4": ("S2 T6", "", {}, "")},
    27: {
        "h1": ("T5", "T6", {"T1": "resolved_late", "T3": "resolved_on_time", "R2": "reported"}, "T2"),
        "h2": ("A1+ A2 R1+", "", {}, ""),
        "h3": ("R4+", "", {"Q1": "resolved_late"}, ""),
        "h4": ("T6+", "", {"S2": "resolved_late"}, ""),
        "p": ("A1+ R1+ R4+ T6+", "", {}, ""),
        "i": ("R2 R3", "", {}, ""),
    },
    30: {
        "h3": ("R5", "", {"R4": "extended"}, ""),
        "h4": ("", "", {"T6": "resolved_late"}, ""),
        "i": ("R1 R2 R3", "", {}, ""),
    },
    1: {
        "h1": ("", "", {"T5": "resolved_early"}, ""),
        "h2": ("", "", {"A1": "resolved_late", "R1": "verified", "A2": "resolved_on_time"}, ""),
        "i": ("", "", {"R1": "verified", "R2": "verified", "R3": "due_date_set"}, ""),
    },
}
ALL_CLEAR = {(30, "h4"), (1, "h1"), (1, "h2"), (1, "i")}
NEXT_STEPS = {
    (23, "h1", "T1"): date(2026, 11, 27),
    (25, "h1", "T1"): date(2026, 11, 27),
    (25, "h1", "T2"): date(2026, 11, 30),
    (26, "h4", "T6"): date(2026, 11, 27),
    (26, "h4", "S2"): date(2026, 12, 1),
    (27, "h2", "A1"): date(2026, 12, 11),
    (27, "p", "R4"): date(2026, 12, 11),
}


class Ledger:
    """As much of a ledger as the rules need: what was handed, what is uncertain."""

    def __init__(self):
        self.handed, self.uncertain, self.corrected = [], [], set()

    def books(self, disputes, files):
        last = {}
        for told in self.handed:
            last[told.address] = told
        undelivered = {}
        for told in self.uncertain:
            if told.mail_id > (last[told.address].mail_id if told.address in last else 0):
                items = told.digest.items(Role.ASKED)
                keys = {(i.facts.item_key, family(i.facts.flag), i.facts.arming) for i in items}
                undelivered[told.address] = frozenset(keys)
        asked = {}
        for told in self.handed:
            for i in told.digest.items(Role.ASKED):
                step = i.next_step
                asked.setdefault(i.facts.item_key, []).append(
                    Asked(
                        item_key=i.facts.item_key,
                        arming=i.facts.arming,
                        level=i.level,
                        unit_code=i.facts.unit_code,
                        business_date=told.digest.business_date,
                        announced_level=step.level if step else None,
                        announced_on=step.on if step else None,
                    )
                )
        return Books(
            last_handed=last,
            undelivered=undelivered,
            asked=asked,
            told=self.handed,
            corrected=frozenset(self.corrected),
            disputes=disputes,
            content_hashes={k: f.record.origin.content_hash for k, f in files.items()},
        )

    def take(self, digest, number, lost=False):
        told = Told(number, digest)
        if lost:
            self.uncertain.append(told)
            return
        self.handed.append(told)
        for item in digest.items(Role.CORRECTED):
            self.corrected |= {(item.facts.item_key, mail) for mail in item.correction.mails}


def play():
    """Every morning's (flags, digests), with the lost answer of 26/11 and the dispute of 25/11."""
    ledger, out, number = Ledger(), {}, 0
    for day in story.MORNINGS:
        files, world = story.files(day), story.world(day)
        disputes = {}
        if day >= date(2026, 11, 26):
            outcome = "" if day == date(2026, 11, 26) else "upheld"
            opened = date(2026, 11, 25)
            disputes["dossier/s/T2"] = [
                Dispute(item_key="dossier/s/T2", opened_on=opened, content_hash="before", outcome=outcome)
            ]
        books = ledger.books(disputes, files)
        dossiers = [f for f in files.values() if isinstance(f, DossierFile)]
        recs = [f for f in files.values() if isinstance(f, RecommendationFile)]
        items = [
            replace(i, disputed=effect_of(disputes.get(i.item_key, ()), "before", story.CALENDAR, day).open)
            for i in open_flags(dossiers, recs, world)
        ]
        working = story.CALENDAR.is_working_day(day)
        digests = compose(Situation(items=items, files=files, world=world, books=books)) if working else ()
        out[day.day] = (items, digests)
        for digest in digests:
            number += 1
            ledger.take(digest, number, lost=day.day == 26 and digest.recipient.post == "h4")
    return out


@pytest.fixture(scope="module")
def mornings():
    return play()


@pytest.mark.parametrize("day", FLAGS)
def test_the_flags_of_the_morning_are_complete(mornings, day):
    found = {(i.code, i.flag.value, i.days_late if i.days_late is not None else i.days_left) for i in mornings[day][0]}
    assert found == FLAGS[day] | (EVERY_DAY if day != 1 else set())


@pytest.mark.parametrize("day", MAILS)
def test_the_mails_and_the_silences(mornings, day):
    found = {}
    for digest in mornings[day][1]:
        asked = " ".join(sorted(i.facts.code + "+" * (i.level >= 2) for i in digest.items(Role.ASKED)))
        informed = " ".join(i.facts.code for i in digest.items(Role.INFORMED))
        cleared = {i.facts.code: i.cleared.reason.value for i in digest.items(Role.CLEARED)}
        corrected = " ".join(i.facts.code for i in digest.items(Role.CORRECTED))
        found[digest.recipient.post] = (asked, informed, cleared, corrected)
    assert found == MAILS[day]


def test_totals_are_five_none_two_two_six_three_three(mornings):
    assert [len(mornings[d.day][1]) for d in story.MORNINGS] == [5, 0, 2, 2, 6, 3, 3]


def test_all_clear_goes_out_once_to_those_with_nothing_left(mornings):
    found = {(d, g.recipient.post) for d, (_, gs) in mornings.items() for g in gs if g.kind is DigestKind.ALL_CLEAR}
    assert found == ALL_CLEAR


@pytest.mark.parametrize(("where", "on"), NEXT_STEPS.items())
def test_what_happens_next_is_announced_with_its_date(mornings, where, on):
    day, who, code = where
    digest = next(g for g in mornings[day][1] if g.recipient.post == who)
    item = next(i for i in digest.items(Role.ASKED) if i.facts.code == code)
    assert item.next_step is not None
    assert item.next_step.on == on


def test_worse_and_new_are_told_apart(mornings):
    digest = next(g for g in mornings[25][1] if g.recipient.post == "h1")
    worse = {i.facts.code for i in digest.items(Role.ASKED) if i.change is Change.WORSE}
    assert worse == {"T1", "T2"}


def test_the_dispute_marks_the_flag_and_nothing_else(mornings):
    assert [i.code for i in mornings[26][0] if i.disputed] == ["T2"]


def test_the_superior_reads_of_three_units_and_nothing_but_level_two(mornings):
    digest = next(g for g in mornings[27][1] if g.audience is Audience.SUPERIOR)
    assert {s.unit_code: [i.facts.code for i in s.items] for s in digest.sections} == {
        "31231": ["A1", "R1"],
        "31246": ["R4"],
        "SNNMT": ["T6"],
    }


def test_the_correction_names_both_mails_and_the_true_date(mornings):
    digest = next(g for g in mornings[27][1] if g.recipient.post == "h1")
    correction = digest.items(Role.CORRECTED)[0].correction
    assert correction.told_on == (date(2026, 11, 23), date(2026, 11, 25))
    assert correction.at.date() == date(2026, 11, 20)


def test_an_extension_keeps_the_original_date_in_sight(mornings):
    digest = next(g for g in mornings[30][1] if g.recipient.post == "h3")
    cleared = digest.items(Role.CLEARED)[0].cleared
    assert (cleared.until, cleared.document, cleared.days_late) == (date(2026, 12, 31), "532/SNV-CCHC", 5)


def test_heirs_are_found_by_code_and_date_never_by_name(mornings):
    units = {i.code: (i.unit_name, i.recorded_unit_name) for i in mornings[23][0]}
    assert units["R1"] == ("UBND xã Thạnh An", "UBND xã Thạnh Thắng")
    assert units["R4"] == ("UBND xã Thạnh Quới", "UBND xã Thạnh An")
