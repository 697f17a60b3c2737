"""The one place that starts Great Expectations: quiet, in memory, one ephemeral context for every call.

A context shared by threads answers with another thread's counts, so each call has its own and they take turns.
Great Expectations takes seconds to import and is imported when the first check runs, not before.
"""

import logging
import os
import threading
from typing import Any

import pandas as pd

_TURN = threading.Lock()
# Row numbers only: no value of a cell enters a result.
RESULT_FORMAT: dict[str, Any] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["rid"],
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}


def results_of(frame: pd.DataFrame, expectations: list[Any]) -> list[Any]:
    """Validate a frame against expectations and return Great Expectations' own results, in no particular order."""
    with _TURN:
        gx = _great_expectations()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        asset = context.data_sources.add_pandas("pull").add_dataframe_asset("rows")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        suite = gx.ExpectationSuite("rules", expectations=expectations)
        return list(batch.validate(suite, result_format=RESULT_FORMAT).results)


def expectation_module() -> Any:
    """The module with the expectation classes."""
    _great_expectations()
    from great_expectations import expectations

    return expectations


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    for name in [n for n in logging.root.manager.loggerDict if n.startswith("great_expectations")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # after the import, which sets levels of its own
    return gx
