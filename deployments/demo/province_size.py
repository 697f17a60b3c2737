"""How large a synthetic province is, how dirty its files, and when its morning is. Values only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.rules.timezone import HANOI

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)  # a Monday; the next day is a holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """`dirt`: share of odd rows among the dossiers, of every kind in turn (`province_faults.py`), most of them faults.

    `open_share`: share of dossiers not resolved at `as_of`. `days`: over how many days before `as_of` dossiers were
    received.
    """

    seed: int = 1
    units: int = 40
    dossiers: int = 20_000
    procedures: int = 200
    recommendations: int = 60
    dirt: float = 0.01
    open_share: float = 0.03
    days: int = 365
    as_of: datetime = MORNING

    @property
    def dropped_at(self) -> datetime:
        """When the files were exported."""
        return self.as_of - timedelta(minutes=30)

    @property
    def stride(self) -> int:
        """Every so many-th dossier is odd; 0: none."""
        return round(1 / self.dirt) if self.dirt else 0
