"""How often a dossier had been finished before it was open again, on both databases."""

import pytest

from tests.warehouse_samples import DAY, MORNING, a_batch, a_dossier, load
from warehouse.engine import reading
from warehouse.reopenings import reopened


@pytest.mark.parametrize(
    ("statuses", "times"),
    [
        ("4", None),
        ("49", None),
        ("44", None),
        ("494", 1),
        ("49A4", 1),
        ("9494", 2),
        ("4924", 1),
        ("494949", None),
    ],
)
def test_a_status_that_went_back_is_a_reopening(engine, statuses, times):
    """One digit a day: 4 in work, 2 received, 9 resolved, A (10) done."""
    for day, status in enumerate(statuses):
        code = "10" if status == "A" else status
        row = a_dossier("1", status=code, content_hash=f"{day}-{code}")
        load(engine, a_batch([row, a_dossier("2")], as_of=MORNING + day * DAY, run_id=f"run-{day}"))
    with reading(engine) as conn:
        assert [*reopened(conn).values()] == ([] if times is None else [times])
