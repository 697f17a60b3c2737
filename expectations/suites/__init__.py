"""One suite a dataset: a module with `rules(context)` and `helpers(sheet)`. Add a dataset by adding its module here."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites import (
    absences,
    contacts,
    dossier_events,
    dossiers,
    postings,
    procedures,
    recommendation_events,
    recommendations,
    unit_succession,
    units,
)


@dataclass(frozen=True, slots=True)
class Suite:
    """The rules of a dataset, and the helper columns they look at beside the common ones."""

    rules: Callable[[CheckContext], tuple[Rule, ...]]
    helpers: Callable[[Sheet], dict[str, pd.Series]]


SUITES: dict[str, Suite] = {
    module.__name__.rpartition(".")[2]: Suite(module.rules, module.helpers)
    for module in (
        units,
        unit_succession,
        contacts,
        absences,
        procedures,
        postings,
        dossiers,
        dossier_events,
        recommendations,
        recommendation_events,
    )
}
