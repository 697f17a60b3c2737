"""Listen to what a source tells for codes that stand on paper, whatever becomes of the records afterwards.

Which of them matter is decided in `tasks/rules/register_heard`.
"""

from collections.abc import Callable

import pandas as pd

from tasks.rules.difference_model import Comparison, ToldCode
from tasks.rules.lookalike import folded
from tasks.rules.timezone import HANOI


def hearing(comparison: Comparison, source: str) -> Callable[[pd.DataFrame], None] | None:
    """Takes the understood records of a part and remembers those codes; None where nothing stands on paper."""
    paper, told = comparison.paper_codes, comparison.told_codes
    if not paper:
        return None

    def hear(frame: pd.DataFrame) -> None:
        codes = [folded(code) if isinstance(code, str) else "" for code in frame["dossier_code"].tolist()]
        places = [place for place, code in enumerate(codes) if code in paper]
        for place, unit, day in zip(
            places, frame["unit_code"].iloc[places].tolist(), frame["received_at"].iloc[places].tolist(), strict=True
        ):
            month = "" if pd.isna(day) else f"{day.astimezone(HANOI):%Y-%m}"
            told.add(ToldCode(codes[place], source, unit if isinstance(unit, str) else "", month))

    return hear
