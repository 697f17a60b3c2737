"""The one place that starts Great Expectations: quiet, in memory, one ephemeral context for every call.

A context shared by threads answers with another thread's counts, so each call has its own and they take turns.
Great Expectations takes seconds to import and is imported when the first check runs, not before.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        with _worked_out_once():
            return list(batch.validate(suite, result_format=RESULT_FORMAT).results)


def expectation_module() -> Any:
    """The module with the expectation classes."""
    _great_expectations()
    from great_expectations import expectations

    return expectations


@contextmanager
def _worked_out_once() -> Iterator[None]:
    """Keep configurations and the expectations made of them for the length of one check.

    Great Expectations makes them anew a hundred times an expectation, half of the time of a check of few rows. Nothing
    changes them once they are made.
    """
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kept: dict[int, tuple[Any, Any]] = {}  # with its owner: as long as that lives its number is nobody else's

    def keeping(work_out: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def kept_or_new(owner: Any) -> Any:
            if id(owner) not in kept:
                kept[id(owner)] = (owner, work_out(owner))
            return kept[id(owner)][1]

        return kept_or_new

    configuration, to_domain_obj = Expectation.configuration, ExpectationConfiguration.to_domain_obj
    Expectation.configuration = property(keeping(configuration.fget))
    ExpectationConfiguration.to_domain_obj = keeping(to_domain_obj)
    try:
        yield
    finally:
        Expectation.configuration, ExpectationConfiguration.to_domain_obj = configuration, to_domain_obj


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    for name in [n for n in logging.root.manager.loggerDict if n.startswith("great_expectations")]:
        logger = logging.getLogger(name)
        if logger.level != logging.CRITICAL:  # after the import, which sets levels of its own
            logger.setLevel(logging.CRITICAL)  # dear: every logger there is forgets what it knew
    return gx
