"""The bare script beside the full load, `… floors FILE URL`: the least that reads, checks, writes with the same means.

It does: csv.reader in chunks of PART_ROWS; the twenty columns as a frame, the six date columns typed by pandas; the
product's own list of expectations through the same Great Expectations calls, on helper columns made in the shortest
vectorised way; the rows without a finding by the raw driver (executemany, COPY) into one plain table without index or
key, in one transaction.

It does not: land the body or know its hash; clean text, map units and statuses, accept more than one form of date; make
keys or content hashes; fold duplicates or know versions; keep what is bad with its reasons; count, gate, flag.
"""

import csv
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expectations.check_context import CheckContext
from expectations.context import expectation_module, results_of
from expectations.rules import Severity
from expectations.suites import SUITES
from tasks.rules.timezone import HANOI
from tasks.sources.base import PART_ROWS

DATES = ("received_at", "due_at", "resolved_at", "returned_at", "holding_since", "updated_at")
FORM = "%d/%m/%Y %H:%M"
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)


def run(path: Path, url: str) -> dict[str, Any]:
    """Seconds in all and by step, rows written and found bad."""
    expectations = _expectations()
    results_of(pd.DataFrame(_helpers(_frame([[""] * 20], _heading(path)), expectations)), expectations)  # imports
    begun, cpu = time.perf_counter(), time.process_time()
    spent = {"read": 0.0, "type": 0.0, "check": 0.0, "write": 0.0}
    written = bad = 0
    with _database(url) as write, path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        for chunk in _timed(spent, "read", _chunks(reader)):
            at = time.perf_counter()
            frame = _frame(chunk, names)
            helpers = pd.DataFrame(_helpers(frame, expectations))
            spent["type"] += time.perf_counter() - at
            at = time.perf_counter()
            found = _found(helpers, expectations)
            spent["check"] += time.perf_counter() - at
            at = time.perf_counter()
            good = frame[~frame.index.isin(found)]
            write(good, names)
            spent["write"] += time.perf_counter() - at
            written, bad = written + len(good), bad + len(found)
    took = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    return {**took, "steps": spent, "written": written, "bad": bad, "expectations": len(expectations)}


def _heading(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(islice(reader, PART_ROWS)):
        yield chunk


def _timed(spent: dict[str, float], step: str, chunks: Iterator[Any]) -> Iterator[Any]:
    at = time.perf_counter()
    for chunk in chunks:
        spent[step] += time.perf_counter() - at
        yield chunk
        at = time.perf_counter()


def _frame(chunk: list[list[str]], names: list[str]) -> pd.DataFrame:
    whole = [row if len(row) == len(names) else [""] * len(names) for row in chunk]
    columns = dict(zip(names, zip(*whole, strict=True), strict=True))
    frame = pd.DataFrame({name: pd.Series(list(cells), dtype=object) for name, cells in columns.items()})
    for name in DATES:
        frame[f"{name}__text"] = frame[name]
        frame[name] = pd.to_datetime(frame[name], format=FORM, errors="coerce")
    return frame


def _expectations() -> list[Any]:
    """One for every row rule that the product has for dossiers."""
    context = CheckContext(now=NOW)
    module = expectation_module()
    rules = [rule for rule in SUITES["dossiers"].rules(context) if rule.severity is Severity.ROW]
    return [rule.expect(module) for rule in rules]


def _helpers(frame: pd.DataFrame, expectations: list[Any]) -> dict[str, Any]:
    """A column for every one that the expectations look at, of the kind they expect."""
    out: dict[str, Any] = {"rid": frame.index}
    for name in {expectation.column for expectation in expectations}:
        column, _, kind = name.partition("__")
        out[name] = _helper(frame, column, kind)
    return out


def _helper(frame: pd.DataFrame, column: str, kind: str) -> Any:
    if column == "row" or kind == "flag" or (column not in frame and kind != "days"):
        return np.zeros(len(frame), dtype=bool) if kind not in ("state", "word", "day") else _nothing(frame)
    if kind == "state":
        if column not in DATES:
            return pd.Series(np.where(frame[column].ne(""), "given", None), dtype=object)
        said = np.where(frame[column].notna(), "given", "unreadable").astype(object)
        return pd.Series(said, dtype=object).mask(frame[f"{column}__text"].eq(""), None)
    if kind == "word":
        return frame[column].where(frame[column].ne(""), None)
    if kind == "number":
        return pd.to_numeric(frame[column], errors="coerce")
    days = frame[column].astype("datetime64[s]").astype("int64").astype(float).mask(frame[column].isna())
    if kind == "after_receipt":
        return days - frame["received_at"].astype("datetime64[s]").astype("int64")
    if kind == "ahead":
        return days - NOW.timestamp()
    return np.floor(days / 86_400) + 719_163


def _nothing(frame: pd.DataFrame) -> pd.Series:
    return pd.Series([None] * len(frame), dtype=object)


def _found(helpers: pd.DataFrame, expectations: list[Any]) -> set[int]:
    """Row numbers from the index lists, as the product reads them."""
    found: set[int] = set()
    for result in results_of(helpers, expectations):
        for part in result.result.get("unexpected_index_list") or ():
            rids = part["rid"]
            found.update(rids if isinstance(rids, list) else [rids])
    return found


class _database:  # noqa: N801 - used like a function
    """One plain table behind a `write(frame, names)`; everything is one transaction."""

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            self.raw: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self.raw.execute("PRAGMA journal_mode=WAL")
            self.raw.execute("PRAGMA synchronous=FULL")
            self.raw.execute("BEGIN IMMEDIATE")
        else:
            import psycopg

            self.raw = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))

    def __enter__(self) -> Any:
        return self.write

    def write(self, frame: pd.DataFrame, names: list[str]) -> None:
        kind = "TEXT" if self.sqlite else "TIMESTAMPTZ"
        columns = ", ".join(f"{name} {kind if name in DATES else 'TEXT'}" for name in names)
        self.raw.execute(f"CREATE TABLE IF NOT EXISTS plain ({columns})")
        rows = zip(*(_values(frame[name]) for name in names), strict=True)
        if self.sqlite:
            self.raw.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * len(names))})", rows)
            return
        with self.raw.cursor() as cursor, cursor.copy("COPY plain FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def __exit__(self, *_: object) -> None:
        self.raw.execute("COMMIT") if self.sqlite else self.raw.commit()
        self.raw.close()


def _values(column: pd.Series) -> list[Any]:
    if column.name in DATES:
        texts = np.datetime_as_string(column.to_numpy(), unit="s").astype(object)
        texts[column.isna().to_numpy()] = None
        return list(texts)
    return [text or None for text in column]


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), sys.argv[2])))  # noqa: T201
