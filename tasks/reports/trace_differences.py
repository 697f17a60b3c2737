"""What reconciliation found about the item of a trace page: one row for each difference that is open or explained.

Classes, columns and sides are called as in the result of a reconciliation (`reconciliation_speech`); which differences
there are is the caller's.
"""

from collections.abc import Mapping

from tasks.reports.reconciliation_speech import Speech as ResultSpeech
from tasks.reports.reconciliation_speech import speech as result_speech
from tasks.reports.trace_model import DifferenceSeen
from tasks.reports.trace_speech import Speech


def difference_rows(seen: tuple[DifferenceSeen, ...], told: Speech) -> list[tuple[str, ...]]:
    """Id, class, what each side says, since when, and how it stands."""
    words = result_speech(told.mail.locale, told.units)
    return [
        (one.id, words.word("kind", one.kind), _what(one, words), told.moment(one.since), _state(one, told, words))
        for one in seen
    ]


def open_ids(seen: tuple[DifferenceSeen, ...]) -> list[str]:
    """Those that nobody has explained."""
    return [one.id for one in seen if one.state == "open"]


def _what(one: DifferenceSeen, words: ResultSpeech) -> str:
    said = [words.pair(side, value, one.column) for side, value in one.says.items()]
    paper = ", ".join(f"{words.column(name).lower()} {value}" for name, value in _paper(one).items() if value)
    parts = (words.sides(one.sides), words.column(one.column) if one.column else "", "; ".join(said), paper)
    return " · ".join(part for part in parts if part)


def _paper(one: DifferenceSeen) -> Mapping[str, str]:
    return {"book": one.book, "page": one.page, "line": one.line}


def _state(one: DifferenceSeen, told: Speech, words: ResultSpeech) -> str:
    state = words.word("state", one.state)
    if one.state == "explained":
        return told.say("differences.explained", state=state, by=one.explained_by, reason=one.explanation)
    return told.say("differences.returned", state=state, n=one.returned) if one.returned else state
