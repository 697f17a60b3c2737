"""What a closed gate says: of how many rows it speaks, what is wrong with most of them, and which ways lead out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.flows.village import DAWN, UNITS, dossier
from tests.quarantine_stage import Stage
from warehouse import loads

LATER = DAWN + timedelta(hours=1)


def bad(count: int) -> list[dict[str, str]]:
    return [dossier(n, "A", received_at="32/13/2026") for n in range(count)]


@pytest.mark.parametrize(
    ("case", "rows", "state"),
    [
        (
            "what was not received yet waters nothing down",
            [*bad(19), *(dossier(100 + n, "A", status="1") for n in range(20))],
            "refused",
        ),
        ("nor does a row repeated", [*bad(5), *[dossier(1, "B")] * 9], "refused"),
        ("few among many that are good", [*bad(5), *(dossier(100 + n, "A") for n in range(20))], "promoted"),
    ],
)
def test_the_share_of_bad_rows_is_that_of_the_rows_to_be_taken(tmp_path: Path, case: str, rows, state: str) -> None:
    stage = Stage(tmp_path / "village")
    stage.village.drop("ho-so", rows)
    assert stage.sync().sources["ho-so"].state == state, case


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    tmp_path: Path, new_url: Callable[[str], str], database: str
) -> None:
    stage = Stage(tmp_path / "village", "" if database == "sqlite" else new_url(database))
    wordless = [dossier(200 + n, "A", status="chờ ý kiến") for n in range(3)]
    stage.village.drop("ho-so", [*bad(25), *wordless, *(dossier(300 + n, "A") for n in range(200))])
    run = stage.sync()
    line = run.sources["ho-so"]
    assert line.state == "refused"
    for word in ("28 trên 228", "[received_at: 25]", "[status: 3]", "sửa tại nguồn", "[gates]"):
        assert word in line.error
    row = stage.reading(loads.load_of, run.run_id, "ho-so")
    assert (row["pulled"], row["data_moment"], row["error"]) == (228, DAWN, line.error)
    assert (line.pulled, line.data_moment) == (228, DAWN)


def test_a_list_grown_short_names_the_word_that_lets_it_in(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "village")
    stage.sync()
    stage.village.drop("don-vi", UNITS[:1], LATER)
    error = stage.sync(LATER).sources["don-vi"].error
    assert 'dondoc run sync --source don-vi --accept-drop --reason "…"' in error
