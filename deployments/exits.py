"""Which refusal ends with which exit status (design §3), and the sentences that go with it.

Classes are looked up by name, so that a command which needs no database does not import one.
"""

from collections.abc import Sequence

from warehouse.memory import is_out_of_memory

EXIT_BUG, EXIT_CONFIGURATION, EXIT_SOURCE_FAILED, EXIT_BUSY = 1, 2, 3, 75

_BY_NAME = {
    "ConfigError": EXIT_CONFIGURATION,
    "SecretError": EXIT_CONFIGURATION,
    "AsOfRefusedError": EXIT_CONFIGURATION,
    "CalendarUnknownError": EXIT_CONFIGURATION,
    "CalendarFileError": EXIT_CONFIGURATION,
    "UsageFaultError": EXIT_CONFIGURATION,
    "DropNotExplainedError": EXIT_CONFIGURATION,
    "RepairRefusedError": EXIT_CONFIGURATION,
    "RequestRefusedError": EXIT_CONFIGURATION,
    "RegisterNameError": EXIT_CONFIGURATION,
    "StarterExistsError": EXIT_CONFIGURATION,
    "SchemaError": EXIT_CONFIGURATION,
    "WarehouseUnavailableError": EXIT_CONFIGURATION,
    "WarehouseDiskError": EXIT_SOURCE_FAILED,
    "WarehouseLostError": EXIT_SOURCE_FAILED,
    "WarehouseDamagedError": EXIT_BUG,  # not ours, but as grave: a person must act before anything runs
    "AuditBrokenError": EXIT_BUG,
    "MemoryError": EXIT_SOURCE_FAILED,
    "BackupError": EXIT_CONFIGURATION,
    "DeskError": EXIT_CONFIGURATION,
    "IllegalTransitionError": EXIT_CONFIGURATION,
    "LockBusyError": EXIT_BUSY,
    "LockLostError": EXIT_BUSY,
    "WarehouseBusyError": EXIT_BUSY,
}


class UsageFaultError(Exception):
    """What was typed cannot be done; the message says what to type instead."""


def refusal_of(error: BaseException, locale: str = "vi") -> tuple[int, Sequence[str]] | None:
    """(exit status, sentences in that language) of an expected refusal; None for a bug."""
    error = MemoryError() if is_out_of_memory(error) else error
    status = _BY_NAME.get(type(error).__name__)
    if status is None:
        return None
    faults = getattr(error, "faults", None)
    if faults:
        return status, [str(fault) for fault in faults]
    sentence = getattr(error, "sentence", None)
    if callable(sentence):
        return status, [sentence(locale)]
    from deployments.refusal_words import sentence_of

    return status, [sentence_of(error, locale) or str(error)]
