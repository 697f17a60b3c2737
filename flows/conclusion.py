"""The frame around every narration: open or join the run, tell the story, conclude with a Prefect state.

Prefect's states are for watching; the exit status of design §3 is decided in `tasks/run_book`.
"""

from collections.abc import Callable
from typing import Any, Protocol

from prefect import tags
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from flows.names import TAG
from tasks import reconcile_book, run_book
from tasks.cards import publish_run_card
from tasks.outcome import refusal_sentence
from tasks.refused_requests import RequestRefusedError
from tasks.run_context import LockBusyError, Run, RunRequest, enter_run, locale_of
from tasks.slots import is_overtaken

_QUIET = (0, 6, 75)


class _Book(Protocol):
    """Who keeps the book of a run."""

    def open_book(self, run: Run, /) -> None: ...
    def close_book(self, run: Run, /) -> dict[str, Any]: ...
    def break_book(self, run: Run, fault: BaseException, /) -> dict[str, Any] | None: ...


_BOOKS: dict[bool, _Book] = {False: run_book, True: reconcile_book}  # by whether the run only reads


class _RefusedError(Exception):
    """A refusal on its way to the state of the run, where whoever filled in a form reads it."""

    def __init__(self, fault: BaseException, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault
        self.sentence = sentence


def told(
    request: RunRequest, story: Callable[[Run], None], ahead: Callable[[Run], None] | None = None
) -> State[None] | None:
    """Run the story inside the run of this process: the opener keeps the book, a stage inside it just tells.

    `ahead` is what may be done before the run lock is held (`enter_run`).

    Another run holding the lock is no failure: it is told as busy, with the holder's name. A warehouse that fails in
    the middle ends the run with a report that says so; what was refused before any work ends it with the sentence
    of the refusal, and is found in the state as what it is. A stage inside a run gives
    no state of its own: Prefect would read that back from its server, and where the server's answer was lost break the
    whole run over work that is done.
    """
    try:
        report = _told(request, story, ahead)
    except LockBusyError as busy:
        report = run_book.busy_report(request, busy.holder)
    except _RefusedError as refused:
        return Failed(message=refused.sentence, data=refused.fault)
    except RequestRefusedError as refused:  # before there was a book
        return Failed(message=refused.sentence(locale_of(request)), data=refused)
    if report is None:
        return None
    status, state = report["exit_status"], report["state"]
    message = f"{state} (exit status {status})"
    return Completed(message=message) if status in _QUIET else Failed(message=message)


def _told(
    request: RunRequest, story: Callable[[Run], None], ahead: Callable[[Run], None] | None
) -> dict[str, Any] | None:
    """The report of the run, None for a stage inside one."""
    with enter_run(request, ahead) as (run, opener), tags(TAG):  # what runs inside is ours as well
        if not opener:
            story(run)
            return None
        book = _BOOKS[request.reads_only]
        book.open_book(run)
        try:
            if not is_overtaken(run):
                story(run)
            report = book.close_book(run)
        except BaseException as fault:
            broken = book.break_book(run, fault)
            if broken is not None:
                _show(run)
                return broken
            if sentence := refusal_sentence(fault, run.settings.locale):
                raise _RefusedError(fault, sentence) from fault
            raise
        _show(run)
        return report


def _show(run: Run) -> None:
    """As a task only inside a flow: elsewhere Prefect would start a server of its own for it."""
    if not (run.request.reads_only and run.request.flow == "reconcile"):  # which shows what it found itself
        (publish_run_card if FlowRunContext.get() else publish_run_card.fn)(run.run_id)
