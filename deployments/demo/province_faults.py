"""What is odd about rows of a synthetic province, kind by kind, and the fate of each such row.

A kind makes one or two rows of a sound one and knows what becomes of them: loaded, folded as a duplicate, left out on
purpose, or quarantined for reasons named by their codes. Add a kind here for a new fault; recognising it is
`expectations`' part.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from deployments.demo import province_dossiers as at
from deployments.demo.province_dossiers import Dossiers

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of oddity. `make` gives the rows; a second one is a twin. `reasons`: one entry a quarantined row."""

    name: str
    make: Callable[[Dossiers, int, Cells], list[Cells]]
    loaded: int = 0
    duplicate: int = 0
    ignored: int = 0
    reasons: tuple[str, ...] = ()


def _with(**changes: str) -> Callable[[Dossiers, int, Cells], list[Cells]]:
    """The row with other texts in these columns."""
    places = {getattr(at, name): text for name, text in changes.items()}

    def make(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
        return [_changed(cells, places)]

    return make


def _changed(cells: Cells, places: dict[int, str]) -> Cells:
    return [places.get(place, text) for place, text in enumerate(cells)]


def _dates(change: Callable[[str], str], *places: int) -> Callable[[Dossiers, int, Cells], list[Cells]]:
    """The row with its dates written in another form."""

    def make(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
        return [_changed(cells, {place: change(cells[place]) for place in places if cells[place]})]

    return make


def _parts(text: str) -> tuple[str, str, str, str]:
    return text[:2], text[3:5], text[6:10], text[11:]


def _iso(text: str) -> str:
    day, month, year, clock = _parts(text)
    return f"{year}-{month}-{day} {clock}"


def _zoned(text: str) -> str:
    return _iso(text).replace(" ", "T") + ":00+07:00"


def _compact(text: str) -> str:
    day, month, year, clock = _parts(text)
    return f"{year}{month}{day}{clock.replace(':', '')}00"


def _month_first(text: str) -> str:
    """A day that no month has, so that nobody can take it the wrong way round."""
    _, month, year, clock = _parts(text)
    return f"{month}/31/{year} {clock}"


def _fresh(made: Dossiers, cells: Cells, received: str) -> Cells:
    """Just received, nothing after it."""
    due = f"{made.texts[made.today + 9]} 17:00"
    places = {at.STATUS: "2", at.RECEIVED: received, at.DUE: due, at.RESOLVED: "", at.RETURNED: "", at.PAUSED: ""}
    return _changed(cells, places | {at.HOLDER: "", at.HELD_SINCE: "", at.UPDATED: ""})


def _tomorrow(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    return [_fresh(made, cells, made.tomorrow)]


def _stranger(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    """Open, at an agency that no map knows: for ops, never mailed to a guess."""
    fresh = _fresh(made, cells, f"{made.texts[made.today - 2]} 09:00")
    return [_changed(fresh, {at.UNIT: "H99.999"})]


def _future(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    return [_changed(_fresh(made, cells, f"{made.texts[made.today + 5]} 08:00"), {at.DUE: ""})]


def _before(place: int) -> Callable[[Dossiers, int, Cells], list[Cells]]:
    """A date some days before the receipt."""

    def make(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
        received = f"{made.texts[made.today - 10]} 09:00"
        sound = _changed(_fresh(made, cells, received), {at.STATUS: "10" if place != at.DUE else "4"})
        return [_changed(sound, {place: f"{made.texts[made.today - 15]} 09:00"})]

    return make


def _other_number(made: Dossiers, number: int, cells: Cells) -> list[Cells]:
    """The code of another dossier, the id of its own: two dossiers."""
    return [_changed(cells, {at.CODE: made.cells(number - 1)[at.CODE]})]


def _same_code_in_other_units(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    """No id of the source: two units with one code are two dossiers."""
    other = made.units[(made.units.index(cells[at.UNIT]) + 1) % len(made.units)]
    plain = _changed(cells, {at.RECORD: ""})
    return [plain, _changed(plain, {at.UNIT: other})]


def _twice(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    return [cells, list(cells)]


def _odd_key_twice(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    """The same key in full-width digits, with a zero-width and a no-break space; the same name decomposed."""
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in cells[at.RECORD])
    odd = {at.RECORD: f"\u200b{wide[:3]}\u00a0{wide[3:]}", at.NAME: unicodedata.normalize("NFD", cells[at.NAME])}
    return [cells, _changed(cells, odd)]


def _two_tellings(first: str, second: str) -> Callable[[Dossiers, int, Cells], list[Cells]]:
    """Two rows of one key that differ, with these times of the last update ("": none)."""

    def make(made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
        day = made.texts[made.today - 1]
        times = [f"{day} {time}" if time else "" for time in (first, second)]
        return [
            _changed(cells, {at.UPDATED: times[0]}),
            _changed(cells, {at.UPDATED: times[1], at.STEP: "Trình ký lại"}),
        ]

    return make


def _newer_is_bad(made: Dossiers, number: int, cells: Cells) -> list[Cells]:
    """A faulty newer row takes nothing away from the sound older one."""
    old, new = _two_tellings("16:50", "16:55")(made, number, cells)
    return [old, _changed(new, {at.STATUS: "abc"})]


def _longer(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    return [[*cells, "thừa"]]


def _shorter(_made: Dossiers, _number: int, cells: Cells) -> list[Cells]:
    return [cells[:-3]]


def _flood(_made: Dossiers, number: int, cells: Cells) -> list[Cells]:
    """A cell larger than any sheet has; a small row too long where there would be many of them."""
    return [_changed(cells, {at.STEP: "a" * 33_000})] if number < 50_000 else [[*cells, "thừa"]]


def _bad_receipt(text: str) -> Callable[[Dossiers, int, Cells], list[Cells]]:
    return _with(RECEIVED=text)


_INVALID = ("received_at_invalid",)
_CONFLICT = ("conflicting_duplicates", "conflicting_duplicates")
_ALL_DATES = (at.RECEIVED, at.DUE, at.RESOLVED, at.RETURNED, at.HELD_SINCE, at.UPDATED)
_NEVER = {"STATUS": "3", "RECEIVED": "", "DUE": "", "RESOLVED": "", "RETURNED": "", "PAUSED": ""}

KINDS: tuple[Kind, ...] = (
    Kind("R1 ISO dates", _dates(_iso, *_ALL_DATES), loaded=1),
    Kind("R1 ISO dates with zone", _dates(_zoned, *_ALL_DATES), loaded=1),
    Kind("R1 compact dates", _dates(_compact, *_ALL_DATES), loaded=1),
    Kind("R1 month before day", _dates(_month_first, at.RECEIVED), reasons=_INVALID),
    Kind("R1 serial of a spreadsheet", _bad_receipt("46345"), reasons=_INVALID),
    Kind("R2 31 February", _bad_receipt("31/02/2026 08:30"), reasons=_INVALID),
    Kind("R2 zeros", _bad_receipt("00/00/0000"), reasons=_INVALID),
    Kind("R2 year one", _bad_receipt("01/01/0001"), reasons=("received_at_implausible",)),
    Kind("R2 year 9999", _with(DUE="31/12/9999"), reasons=("due_at_implausible",)),
    Kind("R2 words for a date", _with(DUE="chưa có"), reasons=("due_at_invalid",)),
    Kind("R2 formula for a date", _bad_receipt("=TODAY()"), reasons=_INVALID),
    Kind("R3 due before receipt", _before(at.DUE), reasons=("due_before_received",)),
    Kind("R3 result before receipt", _before(at.RESOLVED), reasons=("resolved_before_received",)),
    Kind("R3 handed out before receipt", _before(at.RETURNED), reasons=("returned_before_received",)),
    Kind("R3 received in the future", _future, reasons=("received_in_future",)),
    Kind("R3 received this evening", _tomorrow, loaded=1),
    Kind("R4 code of another dossier", _other_number, loaded=1),
    Kind("R4 one code in two units", _same_code_in_other_units, loaded=2),
    Kind("R5 the same twice", _twice, loaded=1, duplicate=1),
    Kind("R5 newer and older", _two_tellings("16:50", "16:55"), loaded=1, duplicate=1),
    Kind("R5 older comes last", _two_tellings("16:55", "16:50"), loaded=1, duplicate=1),
    Kind("R5 nothing tells the newer", _two_tellings("", ""), reasons=_CONFLICT),
    Kind("R5 a tie", _two_tellings("16:50", "16:50"), reasons=_CONFLICT),
    Kind("R5 the newer is faulty", _newer_is_bad, loaded=1, reasons=("status_unknown",)),
    Kind("R6 one key in odd letters", _odd_key_twice, loaded=1, duplicate=1),
    Kind("R7 scientific notation", _with(RECORD="1.09E+11"), reasons=("code_as_number",)),
    Kind("R7 leading zeros", _with(PROCEDURE="000123"), loaded=1),
    Kind("R8 words for nothing", _with(NAME="NA", STEP="None", POST="null"), loaded=1),
    Kind("R9 emoji and control marks", _with(STEP="Thẩm định \U0001f4c4\x07\u2066hồ sơ"), loaded=1),
    Kind("R9 a flood in a cell", _flood, reasons=("malformed_row",)),
    Kind("R10 unknown unit", _stranger, loaded=1),
    Kind("R10 unknown procedure", _with(PROCEDURE="9.999999"), loaded=1),
    Kind("unknown status", _with(STATUS="abc"), reasons=("status_unknown",)),
    Kind("no status", _with(STATUS=""), reasons=("status_missing",)),
    Kind("no unit", _with(UNIT=" "), reasons=("unit_missing",)),
    Kind("no code", _with(CODE="\u00a0"), reasons=("dossier_code_missing",)),
    Kind("no receipt", _with(STATUS="4", RECEIVED=""), reasons=("received_at_missing",)),
    Kind("duration without unit", _with(AMOUNT="5", AMOUNT_UNIT=""), reasons=("duration_incomplete",)),
    Kind("absurd duration", _with(AMOUNT="9999", AMOUNT_UNIT="working_day"), reasons=("duration_out_of_range",)),
    Kind("neither yes nor no", _with(PAUSED="maybe"), reasons=("paused_invalid",)),
    Kind("F8 a cell too many", _longer, reasons=("malformed_row",)),
    Kind("F8 cells cut off", _shorter, reasons=("malformed_row",)),
    Kind("not taken on", _with(**_NEVER), ignored=1),
    Kind("not yet taken on", _with(STATUS="1", RESOLVED="", RETURNED=""), ignored=1),
)
