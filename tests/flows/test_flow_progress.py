"""A long load shows how far it has come on the run's page; that it cannot be shown costs nothing."""

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from expectations.report import EngineFault
from tasks import part_intake, progress
from tests.flows.village import WEDNESDAY, Village, dossier


@pytest.fixture
def long_load(monkeypatch: pytest.MonkeyPatch, village: Village) -> Village:
    """Whatever comes counts as long."""
    monkeypatch.setattr(progress, "PART_ROWS", 1)
    village.drop("ho-so", [dossier(number, "A") for number in range(1, 6)], WEDNESDAY)
    return village


def shown() -> list[object]:
    wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["load-ho-so"]))
    with get_client(sync_client=True) as client:
        return [artifact.data for artifact in client.read_artifacts(artifact_filter=wanted)]


def test_the_end_of_a_long_load_is_a_hundred_percent(run, long_load: Village) -> None:
    before = len(shown())
    assert run(long_load, "sync", WEDNESDAY)["exit_status"] == 0
    assert shown()[before:] == [100.0]


def test_a_picture_that_cannot_be_drawn_is_left(run, long_load: Village, monkeypatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(progress, "create_progress_artifact", broken)
    report = run(long_load, "sync", WEDNESDAY)
    assert report["exit_status"] == 0
    assert [line["new"] for line in report["sources"] if line["name"] == "ho-so"] == [3]


def test_a_part_whose_check_broke_is_taken_again_alone(run, long_load: Village, monkeypatch) -> None:
    """It is undone and staged once more; nothing is counted twice."""
    taken: list[int] = []
    check = part_intake.check_rows

    def stumbling(dataset, frame, context):
        taken.append(len(frame))
        if len(taken) == 1:
            msg = "the engine failed once"
            raise EngineFault(msg)
        return check(dataset, frame, context)

    monkeypatch.setattr(part_intake, "check_rows", stumbling)
    report = run(long_load, "sync", WEDNESDAY, source="ho-so")
    (line,) = report["sources"]
    assert (line["error"], line["pulled"], line["new"]) == (None, 5, 3)
    assert taken == [5, 5]
