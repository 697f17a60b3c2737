"""Who is asked for a dossier on a day: the holder where another unit holds it, else the recorded unit or its heir."""

from datetime import date, datetime

from tasks.rules.directory import Directory, Resolved
from tasks.rules.dossier_history import DossierState
from tasks.rules.records import DossierFile
from tasks.rules.timezone import HANOI


def asked_unit(dossier: DossierFile, state: DossierState, directory: Directory, today: date) -> Resolved:
    """Who is asked on a day: the holder where another unit holds it, else the recorded unit, through succession."""
    if state.holding_unit_code:
        since = (state.holding_since or dossier.record.received_at).astimezone(HANOI).date()
        return directory.answering(state.holding_unit_code, since, today)
    return lead_unit(dossier.record.unit_code, dossier.record.received_at, directory, today)


def lead_unit(unit_code: str, received_at: datetime, directory: Directory, today: date) -> Resolved:
    """The recorded unit's heir: informed where another unit is asked."""
    return directory.answering(unit_code, received_at.astimezone(HANOI).date(), today)
