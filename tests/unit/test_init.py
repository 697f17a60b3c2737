"""What `dondoc init` leaves behind: a configuration that loads, samples that pass every check, nothing overwritten."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from deployments.cli_init import StarterExistsError, write_starter, written_sentence
from deployments.init_dates import WRITTEN_FOR
from expectations.check_context import CheckContext
from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tasks.settings import FilesSource as FilesSettings
from tasks.settings import Settings, load_settings
from tasks.sources.base import PullRequest
from tasks.sources.files import FilesSource
from tests.pulls import normalised, read
from tests.unit.expectation_cases import check

EARLIEST = datetime(2026, 11, 20, 16, 0, tzinfo=HANOI)  # the samples hold from then on


@pytest.fixture
def starter(tmp_path: Path) -> Settings:
    write_starter(tmp_path / "new", WRITTEN_FOR)
    return load_settings(tmp_path / "new" / "dondoc.toml", {})


def rows(settings: Settings, dataset: str) -> list[dict[str, str]]:
    (source,) = [one for one in settings.sources if one.dataset == dataset and isinstance(one, FilesSettings)]
    (path,) = Path(source.path).parent.glob(Path(source.path).name)
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_the_starter_needs_nothing_and_mails_nobody(starter: Settings) -> None:
    assert starter.mail.mode == "shadow"
    assert starter.warehouse.sandbox is False
    assert {source.kind for source in starter.sources} == {"files"}


def test_every_dataset_has_a_source_and_a_sample(starter: Settings) -> None:
    assert sorted(source.dataset for source in starter.sources) == sorted(DATASETS)
    assert all(rows(starter, dataset) for dataset in DATASETS)


def test_what_stands_in_the_starter_is_what_holds_without_it(starter: Settings, tmp_path: Path) -> None:
    least = tmp_path / "new" / "least.toml"
    least.write_text('[mail]\nsender = "a@b.vn"\nops = ["ops@b.vn"]\n', encoding="utf-8")
    own = {"sources": True, "mail": {"sender", "ops", "reply_to", "contact"}}
    assert starter.model_dump(exclude=own) == load_settings(least, {}).model_dump(exclude=own)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_sample_row_passes_every_check(starter: Settings, tmp_path: Path, dataset: str) -> None:
    (settings,) = [one for one in starter.sources if one.dataset == dataset]
    assert isinstance(settings, FilesSettings)
    source = FilesSource(name=settings.name, dataset=DATASETS[dataset], path=Path(settings.path), mode=settings.mode)
    pulled = read(source.pull(PullRequest(as_of=EARLIEST), Landing(tmp_path / "landing")))
    frame = normalised(DATASETS[dataset], pulled.records, NormaliseContext(as_of=EARLIEST))
    report = check(DATASETS[dataset], frame, CheckContext(now=EARLIEST))
    assert len(frame) == len(rows(starter, dataset))
    assert not report.row_faults
    assert not report.source.source_faults
    assert not pulled.notes


def test_samples_speak_of_units_that_are_there(starter: Settings) -> None:
    units = {row["Mã đơn vị"] for row in rows(starter, "units")}
    headings = {"Mã đơn vị", "Mã đơn vị cấp trên", "Mã đơn vị cũ", "Mã đơn vị mới", "Đơn vị đang giữ", "Đơn vị nhận"}
    headings |= {"Cơ quan kiểm tra", "Cơ quan theo dõi"}
    for dataset in DATASETS:
        named = {row[heading] for row in rows(starter, dataset) for heading in headings & set(row)}
        assert named - {""} <= units, dataset


def test_samples_write_to_no_real_address(starter: Settings) -> None:
    people = [row["Thư điện tử"] for row in rows(starter, "contacts")]
    people += [row["Thư điện tử người được ủy quyền"] for row in rows(starter, "absences")]
    assert all(address.endswith("@tinhmau.example.gov.vn") for address in [*people, *starter.mail.ops])


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    mine = tmp_path / "data" / "contacts.csv"
    mine.write_text("mine")
    with pytest.raises(StarterExistsError) as caught:
        write_starter(tmp_path, WRITTEN_FOR)
    assert caught.value.names == ("data/contacts.csv",)
    assert "data/contacts.csv" in caught.value.sentence("vi")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_the_next_step_is_named(tmp_path: Path) -> None:
    written = write_starter(tmp_path, WRITTEN_FOR)
    assert "run morning --dry-run" in written_sentence(written)
    assert str(tmp_path / "dondoc.toml") in written_sentence(written, "en")
