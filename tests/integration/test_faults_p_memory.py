"""P10: out of memory. The run ends in words and with status 3, nothing is half done, and with memory the next does all.

And X9 for runs outside a flow: they draw their card, and ask no Prefect server for it.
"""

import pytest

from deployments.exits import refusal_of
from tests.fault_stage import NEXT
from tests.flows.village import dossier

pytestmark = pytest.mark.slow
MB = 1_000_000
PART = 600
MANY = (*NEXT, *(dossier(n, "A", procedure_name="Cấp giấy phép " * 40) for n in range(100, 1300)))


def test_whatever_memory_is_missing_the_run_says_so_and_the_next_one_does_it(fault_stage):
    stage = fault_stage("sqlite", MANY)
    before, said = stage.dump(landed=False), []
    for megabytes in (0.2, 1, 2, 4):
        ended = stage.sync(memory=int(megabytes * MB), part=PART)
        said.append((ended.status, ended.sentence or " ".join(ended.errors.values())))
        assert stage.dump(landed=False) == before, "all of the load or nothing"
    assert [status for status, _ in said] == [3] * len(said), said
    assert all("hết bộ nhớ" in words for _, words in said), said
    assert stage.sync(part=PART).status == 0
    assert stage.dump(landed=False).count("H00.A-1") == 300


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        ImportError("libx.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
    ids=repr,
)
def test_few_libraries_say_it_with_a_memory_error(fault):
    wrapped = ImportError("numpy cannot be imported")
    wrapped.__cause__ = fault
    for one in (fault, wrapped):
        status, (sentence,) = refusal_of(one)
        assert (status, "hết bộ nhớ" in sentence) == (3, True)
    assert refusal_of(ImportError("no module named x")) is None


def test_a_run_outside_a_flow_draws_its_card_and_asks_no_server(fault_stage, runs):
    stage = fault_stage("sqlite")
    before = set(stage.village.folder.rglob("cards/*.html"))
    ended = stage.sync()
    drawn = {page.stem for page in set(stage.village.folder.rglob("cards/*.html")) - before}
    assert ended.status == 0
    assert ended.report["run_id"] in drawn
    assert not runs.asked_prefect()
