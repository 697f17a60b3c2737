"""The guide of `init` says what the catalogue says; the samples' dates move with the day; sources that are off load."""

import re
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from deployments.cli_init import write_starter
from deployments.dataset_words import WORDS
from deployments.init_dates import WRITTEN_FOR, moved
from deployments.init_guide import DATES, GUIDES, guide
from deployments.register_guide import heading_of, register_section
from deployments.vocabulary_words import MEANINGS
from tasks.intake.dates import parse_moment
from tasks.rules.datasets import DATASETS, VOCABULARY
from tasks.rules.register_cells import REQUIRED
from tasks.rules.register_dataset import REGISTER
from tasks.settings_sources import OpencpsSource, SqlSource
from tests.repo.tree import ROOT

STARTER = ROOT / "deployments" / "init_templates"
OFF = re.compile(r"^# (\[\[sources\]\]|\w+ = .*)$", re.MULTILINE)


@pytest.mark.parametrize("locale", GUIDES)
@pytest.mark.parametrize("dataset", DATASETS)
def test_the_guide_knows_every_column_heading_and_word(dataset: str, locale: str) -> None:
    section = guide(locale).partition(f"(`{dataset}`)")[2].partition("\n## ")[0]
    for column in DATASETS[dataset].columns:
        (line,) = [row for row in section.splitlines() if f"| `{column.name}` |" in row]
        assert all(heading in line for heading in column.headings)
        assert line.endswith("| **có** |" if locale == "vi" else "| **yes** |") == column.required
        for word in VOCABULARY.get((dataset, column.name), ()):
            assert f"`{word}`" in section
    assert section.count("\n- ") >= len(WORDS[dataset].mistakes) > 0


@pytest.mark.parametrize("locale", GUIDES)
def test_the_guide_knows_every_heading_of_a_register(locale: str) -> None:
    section = guide(locale).partition("(`register`)")[2]
    for column in REGISTER.columns:
        (line,) = [row for row in section.splitlines() if f"| `{column.name}` |" in row]
        assert all(heading in line for heading in column.headings)
        assert ("**" in line) == column.required
    for told in ("Hủy", "(mờ)", "--register", "PDF"):
        assert told in section
    assert all(heading_of(name) in section for names in REQUIRED.values() for name in names)


def test_both_guides_give_the_same_advice_on_registers() -> None:
    vietnamese, english = ([one for one in register_section(locale) if one.startswith("- ")] for locale in GUIDES)
    assert len(vietnamese) == len(english) > 0


def test_words_and_vocabulary_are_those_of_the_catalogue() -> None:
    assert set(WORDS) == set(DATASETS)
    assert {place: tuple(words) for place, words in MEANINGS.items()} == VOCABULARY
    twins = [pair for words in MEANINGS.values() for pair in words.values()]
    twins += [pair for told in WORDS.values() for pair in (told.title, told.purpose, told.keeper, *told.mistakes)]
    assert not [pair for pair in twins if pair[0] == pair[1] or not all(pair)]


@pytest.mark.parametrize("form", DATES)
def test_every_date_form_of_the_guide_is_read(form: str) -> None:
    moment = parse_moment(form, time(17))
    assert moment is not None
    assert moment.day == date(2026, 11, 20)


@pytest.mark.parametrize(
    "today", [date(2025, 2, 3), date(2026, 11, 22), date(2026, 12, 31), date(2027, 2, 8), date(2028, 2, 29)]
)
def test_the_samples_tell_of_the_days_before(tmp_path: Path, today: date) -> None:
    write_starter(tmp_path, today)
    text = (tmp_path / "data" / "dossiers.csv").read_text(encoding="utf-8-sig")
    received = [datetime.strptime(row.split(",")[3], "%d/%m/%Y %H:%M").date() for row in text.splitlines()[1:]]  # noqa: DTZ007
    assert timedelta(days=0) < today - max(received) <= timedelta(days=8)
    assert min(received) > today - timedelta(days=30)
    for row, day in zip(text.splitlines()[1:], received, strict=True):
        assert f"-{day:%y%m%d}-" in row


def test_dates_move_by_whole_weeks_and_codes_with_them() -> None:
    cells = "H00.01-261102-0001,02/11/2026 08:15,KN-2026-001,KT-2025-07,9.900001"
    assert moved(cells, WRITTEN_FOR) == cells
    assert moved(cells, WRITTEN_FOR + timedelta(days=6)) == cells
    later = moved(cells, date(2027, 11, 21))
    assert later == "H00.01-271101-0001,01/11/2027 08:15,KN-2027-001,KT-2026-07,9.900001"


def test_the_sources_that_are_switched_off_would_be_accepted() -> None:
    text = OFF.sub(lambda found: found[1], (STARTER / "dondoc.toml").read_text(encoding="utf-8"))
    sources = {source["kind"]: source for source in tomllib.loads(text)["sources"]}
    assert sources["sql"].keys() | {"unit_map", "status_map", "max_age_hours", "enforce_from", "encoding"} >= set(
        SqlSource.model_fields
    )
    SqlSource.model_validate(sources["sql"] | {"password_file": None, "status": "4"})
    assert OpencpsSource.model_fields.keys() >= sources["opencps"].keys()
