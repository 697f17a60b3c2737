"""Records that are understood and left out on purpose, each counted under a reason code.

Only two reasons so far: `not_received` (the authority has not taken the dossier on) and `older` (a later file of the
same pull tells the same record). Faulty records are not set aside: they go to quarantine.
"""

import pandas as pd

from tasks.rules.datasets import Dataset

NOT_RECEIVED = "not_received"
OLDER = "older"


def is_not_received(dataset: Dataset, frame: pd.DataFrame) -> "pd.Series[bool]":
    """Dossiers of a normalised frame that nobody has taken on, by their status or as refused before receipt."""
    if dataset.name != "dossiers":
        return pd.Series(data=False, index=frame.index)
    never = frame["received_at"].isna() & ~frame["received_at__bad"]
    return (frame["status"] == "1") | (frame["status"].isin(["3", "7"]) & never)


def older_rows(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Of rows with `record_key` and `moment`: those whose key a later body of the pull tells too."""
    return frame["moment"] < frame.groupby("record_key")["moment"].transform("max")
