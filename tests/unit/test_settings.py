"""The configuration: what it accepts and what follows from it."""

import subprocess
import sys
from datetime import date, time
from pathlib import Path

import pytest

from tasks.rules.datasets import Mode
from tasks.rules.model import Audience, Flag
from tasks.settings import (
    CalendarSettings,
    config_path,
    config_version,
    load_settings,
)
from tests.unit.settings_sample import ENV, LEAST, WHOLE, loaded, written


def test_the_whole_file_of_the_design_is_understood(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    one_stop, contacts = settings.sources
    assert (one_stop.kind, one_stop.group_id, one_stop.enforce_from) == ("opencps", 55853, date(2026, 11, 1))
    assert one_stop.status_map == {"processing_3": 5}
    assert (contacts.kind, contacts.system, contacts.mode, contacts.files) == (
        "files",
        "contacts",
        Mode.SNAPSHOT,
        "newest",
    )
    assert [rung.audience for rung in settings.reminders.ladder] == [
        Audience.HEAD,
        Audience.SUPERIOR,
        Audience.LEADERSHIP,
    ]
    assert (settings.reminders.opens, settings.reminders.closes) == (time(7), time(10))
    assert settings.calendar.schedules["S8"].working_hours == ("07:00-11:30", "13:30-17:00")


def test_what_is_left_out_takes_the_value_of_the_design(tmp_path: Path) -> None:
    whole = loaded(tmp_path).model_dump(exclude={"sources": True, "mail": {"sender", "ops", "reply_to"}})
    least = loaded(tmp_path, LEAST).model_dump(exclude={"sources": True, "mail": {"sender", "ops", "reply_to"}})
    assert least == whole


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.mail.mode = "live"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("dataset", "mode", "files"),
    [("units", Mode.SNAPSHOT, "newest"), ("dossiers", Mode.DELTA, "all"), ("absences", Mode.SNAPSHOT, "newest")],
)
def test_how_files_are_read_follows_from_the_dataset(tmp_path: Path, dataset: str, mode: Mode, files: str) -> None:
    table = f'[[sources]]\nname = "x"\nkind = "files"\npath = "x.csv"\ndataset = "{dataset}"\n'
    source = loaded(tmp_path, LEAST + table).sources[0]
    assert (source.mode, source.files) == (mode, files)
    source = loaded(tmp_path, LEAST + table + 'mode = "delta"\nunit_code = "31157"\nstatus = 4\n').sources[0]
    assert (source.mode, source.files) == (Mode.DELTA, "all")
    assert source.constants == {"unit_code": "31157", "status": "4"}


def test_relative_paths_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "local.csv").touch()
    (tmp_path / "etc" / "map.csv").touch()
    text = WHOLE.replace("files = []", 'files = ["local.csv"]').replace(
        'path = "data/contacts*.csv"', 'path = "data/contacts*.csv"\nunit_map = "map.csv"'
    )
    written(tmp_path / "etc", text)
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("etc/dondoc.toml"), ENV)
    base = tmp_path / "etc"
    assert settings.folder == base
    assert settings.warehouse.url == f"sqlite:///{base}/var/dondoc.sqlite3"
    assert settings.landing.path == str(base / "var/landing")
    assert settings.calendar.files == (base / "local.csv",)
    assert settings.sources[1].path == str(base / "data/contacts*.csv")
    assert settings.sources[1].unit_map == base / "map.csv"
    assert settings.reconcile.registers == base / "registers"


@pytest.mark.parametrize(
    "line", ['url = "sqlite:////srv/d.sqlite3"', 'url = "postgresql+psycopg://dondoc@db.example.vn/dondoc"']
)
def test_absolute_addresses_stay(tmp_path: Path, line: str) -> None:
    settings = loaded(tmp_path, WHOLE.replace('url = "sqlite:///var/dondoc.sqlite3"', line))
    assert settings.warehouse.url == line.split('"')[1]
    remote = loaded(tmp_path, WHOLE.replace('path = "var/landing"', 'path = "s3://bucket/landing"'))
    assert remote.landing.path == "s3://bucket/landing"


def test_the_environment_overrides_single_keys(tmp_path: Path) -> None:
    env = ENV | {
        "DONDOC_MAIL__PORT": "2626",
        "DONDOC_WAREHOUSE__URL": "sqlite:///other.sqlite3",
        "DONDOC_FLAGS__OFF": '["stale"]',
        "DONDOC_REMINDERS__DUE_SOON_WORKING_DAYS__DOSSIER": "3",
        "DONDOC_LOCALE": "en",
        "DONDOC_CONFIG": "elsewhere.toml",
    }
    settings = loaded(tmp_path, env=env)
    assert settings.mail.port == 2626
    assert settings.mail.host == "127.0.0.1"
    assert settings.warehouse.url == f"sqlite:///{tmp_path}/other.sqlite3"
    assert settings.flags.off == (Flag.STALE,)
    assert settings.reminders.due_soon_working_days.dossier == 3
    assert settings.reminders.due_soon_working_days.recommendation == 5
    assert settings.locale == "en"


def test_only_the_given_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_MAIL__PORT", "1")
    assert loaded(tmp_path).mail.port == 2525


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "http://127.0.0.1:8080"'),
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "http://[::1]:8080"'),
        ('security = "tls"', 'security = "none"'),
        ('reply_to = "cchc@sonoivu.example.gov.vn"', ""),
        ('sender_name = "Hệ thống đôn đốc"', "\tsender_name\t=\t'Đôn đốc' # tab"),
    ],
)
def test_what_is_allowed(tmp_path: Path, old: str, new: str) -> None:
    assert loaded(tmp_path, WHOLE.replace(old, new)).sources


def test_which_file_is_read() -> None:
    assert config_path(Path("a.toml"), {"DONDOC_CONFIG": "b.toml"}) == Path("a.toml")
    assert config_path(None, {"DONDOC_CONFIG": "b.toml"}) == Path("b.toml")
    assert config_path(None, {}) == Path("dondoc.toml")


def test_the_version_follows_the_content_not_the_place(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert config_version(loaded(here)) == config_version(loaded(there))
    changed = loaded(there, WHOLE.replace("repeat_working_days = 5", "repeat_working_days = 6"))
    assert config_version(changed) != config_version(loaded(here))


def test_office_hours_are_known_without_a_file() -> None:
    assert CalendarSettings().working_hours == ("07:30-11:30", "13:30-17:00")


def test_reading_the_configuration_loads_no_framework() -> None:
    heavy = "{'prefect', 'pandas', 'sqlalchemy', 'great_expectations', 'httpx'}"
    code = f"import sys, tasks.settings; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "[]"
