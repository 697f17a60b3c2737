"""Rows of one key in one pull: the same again, an older one, or two that contradict each other (faults R5).

Newest `updated_at` wins. Where nothing tells which is newer, all of them are in doubt: never a guess.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Folding:
    """Flags by row position."""

    exact: pd.Series  # the same key and content stood in an earlier row
    conflict: pd.Series  # several contents, and no way to tell the newer
    ordered: pd.Series  # several contents, and the newest is known


def fold(frame: pd.DataFrame) -> Folding:
    """Look at rows that have keys; columns record_key, content_hash and, where known, updated_at."""
    rows = frame[["record_key", "content_hash"]]
    exact = rows.duplicated(keep="first")
    several = rows[~exact]
    several = several[several.duplicated("record_key", keep=False)]
    told = _newest_is_told(frame.loc[several.index], several["record_key"])
    in_doubt = set(several.loc[~told, "record_key"])
    return Folding(
        exact=exact.reindex(frame.index, fill_value=False),
        conflict=frame["record_key"].isin(in_doubt),
        ordered=told.reindex(frame.index, fill_value=False),
    )


def superseded(frame: pd.DataFrame, folding: Folding, faulty: Collection[int]) -> frozenset[int]:
    """Rids that a newer and faultless row of the same key stands for. A faulty newer row takes nothing away."""
    if not folding.ordered.any():
        return frozenset()
    rows = frame.loc[folding.ordered, ["rid", "record_key", "updated_at"]]
    rows = rows.sort_values(["record_key", "updated_at"], ascending=[True, False], kind="stable")
    good = (~rows["rid"].isin(faulty)).astype(int)
    newer_good = good.groupby(rows["record_key"]).cumsum() - good
    return frozenset(int(rid) for rid in rows.loc[newer_good > 0, "rid"])


def _newest_is_told(rows: pd.DataFrame, keys: pd.Series) -> pd.Series:
    """True for each row of a key whose rows all say when they were updated, one of them alone the latest."""
    if "updated_at" not in rows.columns or rows.empty:
        return pd.Series(data=False, index=rows.index, dtype=bool)
    moments = rows["updated_at"]
    complete = moments.notna().groupby(keys).transform("all")
    latest = moments.groupby(keys).transform("max")
    alone = moments.eq(latest).groupby(keys).transform("sum").eq(1)
    return complete & alone
