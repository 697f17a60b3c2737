"""The one place that starts Great Expectations: quiet, in memory, one ephemeral context for all calls.

Threads that use a context at the same time read each other's counts, so calls take turns.
Great Expectations takes seconds to import and is imported when the first check runs, not before.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
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
        batch = _rows().get_batch({"dataframe": frame})
        suite = gx.ExpectationSuite("rules", expectations=expectations)
        try:
            with _worked_out_once():
                return list(batch.validate(suite, result_format=RESULT_FORMAT).results)
        finally:  # it keeps columns of every frame it ever saw, and has no public way to forget them
            batch.data.execution_engine._metric_cache.clear()


@cache
def _rows() -> Any:
    """What turns a frame into a batch; made once, a third of the time of a check of few rows."""
    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("pull").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all")


def expectation_module() -> Any:
    """The module with the expectation classes."""
    _great_expectations()
    from great_expectations import expectations

    return expectations


@contextmanager
def _worked_out_once() -> Iterator[None]:
    """Keep configurations and the expectations made of them for the length of one check, and leave JSON as it is.

    Great Expectations makes them anew a hundred times an expectation, half of the time of a check of few rows, and
    turns the parameters of every metric into JSON, which they are. Nothing changes them once they are made.
    """
    from great_expectations.core import id_dict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kept: dict[int, tuple[Any, Any]] = {}  # with its owner: as long as that lives its number is nobody else's

    def keeping(work_out: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def kept_or_new(owner: Any) -> Any:
            if id(owner) not in kept:
                kept[id(owner)] = (owner, work_out(owner))
            return kept[id(owner)][1]

        return kept_or_new

    def json_of(data: Any) -> Any:
        return data if _is_json(data) else to_json(data=data)

    configuration, to_domain_obj = Expectation.configuration, ExpectationConfiguration.to_domain_obj
    to_json = id_dict.convert_to_json_serializable
    id_dict.convert_to_json_serializable = json_of
    Expectation.configuration = property(keeping(configuration.fget))
    ExpectationConfiguration.to_domain_obj = keeping(to_domain_obj)
    try:
        yield
    finally:
        id_dict.convert_to_json_serializable = to_json
        Expectation.configuration, ExpectationConfiguration.to_domain_obj = configuration, to_domain_obj


def _is_json(value: Any) -> bool:
    """Surely, and without a number that JSON lacks."""
    if type(value) is dict:
        return all(type(name) is str and _is_json(part) for name, part in value.items())
    return value is None or type(value) in (str, int, bool) or (type(value) is list and all(map(_is_json, value)))


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    for name in [n for n in logging.root.manager.loggerDict if n.startswith("great_expectations")]:
        logger = logging.getLogger(name)
        if logger.level != logging.CRITICAL:  # after the import, which sets levels of its own
            logger.setLevel(logging.CRITICAL)  # dear: every logger there is forgets what it knew
    return gx
