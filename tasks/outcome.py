"""What a run amounts to: the counts of its report, its state and its exit status (design §3)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tasks.rules.model import SourceLine
from warehouse.errors import (
    LockBusyError,
    LockLostError,
    WarehouseBusyError,
    WarehouseDamagedError,
    WarehouseError,
    WarehouseUnavailableError,
)
from warehouse.memory import is_out_of_memory

INTERRUPTED, TERMINATED = 130, 143
DONE, CONFIGURATION, SOURCE_FAILED, GATE, MAIL, DIFFERENCES, BUSY, BUG = 0, 2, 3, 4, 5, 6, 75, 1
MAIL_STATES = ("handed", "held", "refused", "uncertain", "retry")
SURROUNDINGS = (LockLostError, WarehouseBusyError, WarehouseDamagedError, WarehouseUnavailableError)
BUG_CODE = "load_failed"  # of a source: what happened was our fault, whoever's records it took
_STATE_NAMES = {
    DONE: "done",
    BUG: "failed",
    CONFIGURATION: "failed",
    SOURCE_FAILED: "incomplete",
    GATE: "refused",
    MAIL: "incomplete",
    DIFFERENCES: "done",
    BUSY: "busy",
}


def exit_status(sources: Iterable[SourceLine], touched_states: Iterable[str], mail_fault: str) -> int:
    """The first that holds: 1 a bug kept a source out, 4 a gate refused, 5 mail incomplete, 3 a source failed, 0."""
    lines = list(sources)
    if any(line.error_code == BUG_CODE for line in lines):
        return BUG
    states = {line.state for line in lines}
    if "refused" in states:
        return GATE
    if mail_fault or {"refused", "uncertain", "retry"} & set(touched_states):
        return MAIL
    left_out = any(line.state == "promoted" and line.error for line in lines)
    return SOURCE_FAILED if "failed" in states or left_out else DONE


def status_of_fault(fault: WarehouseError) -> int:
    """How a run ends that the warehouse broke off: 75 come again, 1 a person must act first, 3 else."""
    if isinstance(fault, LockBusyError | LockLostError | WarehouseBusyError):
        return BUSY
    return SOURCE_FAILED if isinstance(fault, WarehouseUnavailableError) else BUG


def status_of_end(end: BaseException) -> int:
    """How a run ends that something else broke off: 130 by Ctrl-C, 143 by SIGTERM, 3 without memory, 1 by a bug."""
    if isinstance(end, KeyboardInterrupt):
        return INTERRUPTED
    if is_out_of_memory(end):
        return SOURCE_FAILED
    return BUG if isinstance(end, Exception) else TERMINATED


def refusal_sentence(fault: BaseException, locale: str) -> str | None:
    """What people are told of a refusal that speaks for itself; None for a bug."""
    sentence = getattr(fault, "sentence", None)
    return str(sentence(locale)) if isinstance(fault, Exception) and callable(sentence) else None


def state_of(status: int, *, idle: bool) -> str:
    """Name of the run's state in its report."""
    return "nothing_to_do" if status == DONE and idle else _STATE_NAMES[status]


def mail_counts(composed: int, touched_states: Iterable[str]) -> dict[str, int]:
    """Counts of the mails this run touched, bulletins apart."""
    counted = Counter(touched_states)
    return {"composed": composed, **{state: counted[state] for state in MAIL_STATES}}


def source_counts(line: SourceLine) -> dict[str, Any]:
    """One source of the report."""
    return {
        "name": line.name,
        "dataset": line.dataset,
        "pulled": line.pulled,
        "new": line.new,
        "changed": line.changed,
        "unchanged": line.unchanged,
        "quarantined": line.quarantined,
        "duplicate": line.duplicate,
        "ignored": line.ignored,
        "error": line.error or None,
    }
