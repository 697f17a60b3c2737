"""What the warehouse refuses, in one place: every error names what happened, where, and what to do.

Texts are for operators and logs: codes, ids and table names only, never a record's content. A new refusal of any
module here gets its class in this file, so that callers can tell usage faults (exit 2) from busy ones (exit 75).
"""

from collections.abc import Mapping


class WarehouseError(Exception):
    """Base of all refusals of this room."""


class WarehouseUnavailableError(WarehouseError):
    """The database cannot be opened at all: wrong path, no permission, server down, damaged file."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"The warehouse {where} cannot be opened: {reason}. Check `warehouse.url` and permissions.")


class WarehouseBusyError(WarehouseError):
    """Another writer kept the database for longer than the waiting time."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(f"The warehouse {where} is being written by another process. Try again in a minute.")


class WarehouseDiskError(WarehouseUnavailableError):
    """The disk of the database is full or does not take writes. `code`: the database's own name of it."""

    def __init__(self, where: str, code: str) -> None:
        super().__init__(where, code)
        self.code = code
        self.args = (f"The disk of the warehouse {where} is full or cannot be written ({code}). Nothing half is kept.",)


class WarehouseLostError(WarehouseUnavailableError):
    """The connection broke in the middle of work: server restarted, network cut. `code`: the database's name of it."""

    def __init__(self, where: str, code: str) -> None:
        super().__init__(where, code)
        self.code = code
        self.args = (f"The connection to the warehouse {where} broke ({code}). What was not committed is done again.",)


class WarehouseDamagedError(WarehouseError):
    """The database file is no longer sound: a page is broken, something committed is gone, or it is no database."""

    def __init__(self, where: str, reason: str, *, code: str = "", note: str = "") -> None:
        self.where = where
        self.reason = reason
        self.code = code  # older_copy: it lacks the run `reason`, of which the file `note` tells
        self.note = note
        super().__init__(
            f"The warehouse {where} is damaged ({reason}); nothing was changed. Move the file with its -wal and -shm "
            "aside and restore the last backup."
        )


class AuditBrokenError(WarehouseDamagedError):
    """A row of the audit is not what it was when it was written: `row_id` is the first one."""

    def __init__(self, where: str, row_id: int) -> None:
        super().__init__(where, f"audit row {row_id}")
        self.row_id = row_id
        self.args = (
            f"Row {row_id} of the audit in {where} was changed, cut or put in afterwards. See `dondoc audit check`.",
        )


class BackupError(WarehouseError):
    """A backup that cannot be put back. `code`: not_a_backup, damaged, newer_form, not_empty, no_reason."""

    def __init__(self, code: str, target: str) -> None:
        self.code = code
        self.target = target
        super().__init__(f"{target}: {code.replace('_', ' ')}. Nothing was changed.")


class SchemaError(WarehouseError):
    """The database is not one that this version can use. `code`: missing, foreign, older, newer, damaged."""

    _SENTENCES: Mapping[str, str] = {
        "missing": "There is no warehouse at {where} yet. Run `dondoc db upgrade` or any `dondoc run` to create it.",
        "foreign": "{where} holds tables of another application ({detail}). Give dondoc a database of its own.",
        "older": "The warehouse at {where} has the older schema {detail}. Back it up, then run `dondoc db upgrade`.",
        "newer": "The warehouse at {where} has schema {detail}, unknown to this version. Install a newer dondoc.",
        "damaged": "The warehouse at {where} lacks {detail}. Restore it from the last backup.",
    }

    def __init__(self, code: str, where: str, detail: str = "") -> None:
        self.code = code
        self.where = where
        self.detail = detail
        super().__init__(self._SENTENCES[code].format(where=where, detail=detail))


class LockBusyError(WarehouseError):
    """Another run holds the run lock; `holder` is what it said of itself, "" when it could not be read."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"Another run holds the lock: {holder or 'unknown holder'}. Wait for it to end.")


class LockLostError(WarehouseError):
    """The session or the file that held the run lock is gone: this run must not write or send any more."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"The run lock of {holder} is lost (its session or its file is gone). The run stops here.")


class CountingLawError(WarehouseError):
    """pulled = new + changed + unchanged + quarantined + duplicate + ignored does not hold; nothing was loaded."""

    def __init__(self, source: str, counts: Mapping[str, int]) -> None:
        self.source = source
        self.counts = dict(counts)
        told = ", ".join(f"{name} {number}" for name, number in counts.items())
        super().__init__(f"The counts of source {source} do not add up ({told}). Nothing of this pull was loaded.")


class StagingError(WarehouseError):
    """The database refused a staged row: a key that came twice, a value of a wrong kind. `code`: the driver's own."""

    def __init__(self, dataset: str, code: str) -> None:
        self.dataset = dataset
        self.code = code
        super().__init__(f"The rows of {dataset} cannot be staged ({code}). Nothing of this pull was loaded.")


class AlreadyPlannedError(WarehouseError):
    """The ledger already has this mail, or already asks for one of its items on that day at that level."""

    def __init__(self, business_date: str, audience: str, revision: int) -> None:
        self.business_date = business_date
        self.audience = audience
        self.revision = revision
        super().__init__(
            f"A mail of {business_date} to audience {audience}, revision {revision}, or an item it asks for, "
            "is in the ledger already. Nothing was added."
        )


class IllegalTransitionError(WarehouseError):
    """A ledger row was not in a state from which it may go where the caller wanted."""

    def __init__(self, mail_id: int, wanted: str, found: str) -> None:
        self.mail_id = mail_id
        self.wanted = wanted
        self.found = found
        super().__init__(f"Mail {mail_id} cannot become {wanted}: it is {found}.")


class DeskError(WarehouseError):
    """An act of the desk that does not fit what is stored. `code` names the case, `target` the row."""

    def __init__(self, code: str, target: str) -> None:
        self.code = code
        self.target = target
        super().__init__(f"{target}: {code.replace('_', ' ')}.")
