"""The whole `dondoc.toml` of the design, and how tests load it and collect its faults."""

from pathlib import Path

import pytest

from tasks.settings import ConfigError, ConfigFault, Settings, load_settings

ENV = {"DONDOC_ONE_STOP_PASSWORD": "Secret-Canary-1"}
WHOLE = """\
timezone = "Asia/Ho_Chi_Minh"
locale = "vi"

[warehouse]
url = "sqlite:///var/dondoc.sqlite3"
sandbox = false

[landing]
path = "var/landing"
retention_days = 30

[calendar]
working_hours = ["07:30-11:30", "13:30-17:00"]
same_day_cutoff = "15:00"
saturday_counts = false
files = []

[[sources]]
name = "one-stop"
kind = "opencps"
dataset = "dossiers"
system = "one-stop"
base_url = "https://motcua.example.gov.vn"
base_path = "/o/rest/v2"
group_id = 55853
username = "dondoc"
password_env = "DONDOC_ONE_STOP_PASSWORD"
max_age_hours = 26
enforce_from = 2026-11-01
status_map = { processing_3 = 5 }

[[sources]]
name = "contacts"
kind = "files"
dataset = "contacts"
path = "data/contacts*.csv"

[gates]
max_quarantine_ratio = 0.05
min_quarantined = 20
max_vanished_ratio = 0.05
band = [0.5, 2.0]

[mail]
mode = "shadow"
host = "127.0.0.1"
port = 2525
security = "tls"
username = ""
password_env = ""
sender = "dondoc@sonoivu.example.gov.vn"
sender_name = "Hệ thống đôn đốc"
reply_to = "cchc@sonoivu.example.gov.vn"
ops = ["ops@sonoivu.example.gov.vn"]
rate_per_second = 5
max_per_run = 2000
timeout_seconds = 60
attach_list = "when_longer"

[reminders]
window = "07:00-10:00"
catch_up_until = "15:00"
due_soon_working_days = { dossier = 2, recommendation = 5 }
due_soon_weekdays = ["mon", "thu"]
repeat_working_days = 5
recommendation_default_days = 30
ladder = [
  {level = 1, after_working_days = 0, audience = "head"},
  {level = 2, after_working_days = 3, audience = "superior"},
  {level = 3, after_working_days = 10, audience = "leadership", approval = true},
]

[flags]
off = []

[reconcile]
registers = "registers"
"""
LEAST = '[mail]\nsender = "a@b.vn"\nops = ["ops@b.vn"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "dondoc.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str = WHOLE, env: dict[str, str] = ENV) -> Settings:
    return load_settings(written(folder, text), env)


def faults(folder: Path, text: str, env: dict[str, str] = ENV) -> list[ConfigFault]:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(folder, text), env)
    return list(caught.value.faults)


def keys(found: list[ConfigFault]) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.key) for fault in found]


def line_of(text: str, start: str) -> int:
    """The line of the text that begins so, counted from 1."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def with_login(how: str) -> str:
    """The whole file with a login at the mail server."""
    return WHOLE.replace('username = ""\npassword_env = ""', f'username = "relay"\n{how}')
