"""Records that are understood and left out on purpose, each counted under a reason code.

Only two reasons so far: `not_received` (the authority has not taken the dossier on) and `older` (a later file of the
same pull tells the same record). Faulty records are not set aside: they go to quarantine.
"""

import pandas as pd

from tasks.rules.datasets import Dataset

NOT_RECEIVED = "not_received"
OLDER = "older"


def set_aside(
    dataset: Dataset, frame: pd.DataFrame, known_open: frozenset[str] = frozenset()
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The frame without those records, its `rid` counted anew, and how many went for which reason.

    `known_open`: keys of dossiers open in the warehouse; they were received, whatever their status says now.
    """
    older = _older(frame)
    not_received = _not_received(dataset, frame) & ~older & ~frame["record_key"].isin(known_open)
    counts = {NOT_RECEIVED: int(not_received.sum()), OLDER: int(older.sum())}
    kept = frame[~(older | not_received)].reset_index(drop=True)
    kept["rid"] = range(len(kept))
    return kept, {reason: count for reason, count in counts.items() if count}


def _older(frame: pd.DataFrame) -> "pd.Series[bool]":
    latest = frame.groupby("record_key")["moment"].transform("max")
    return (frame["record_key"] != "") & (frame["moment"] < latest)


def _not_received(dataset: Dataset, frame: pd.DataFrame) -> "pd.Series[bool]":
    if dataset.name != "dossiers":
        return pd.Series(data=False, index=frame.index)
    never = frame["received_at"].isna() & ~frame["received_at__bad"]
    return (frame["status"] == "1") | (frame["status"].isin(["3", "7"]) & never)
