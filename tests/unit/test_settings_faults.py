"""Every fault of the configuration is told at once, with file, line and key, and never with a value."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.settings import (
    ConfigError,
    load_settings,
)
from tests.unit.settings_sample import ENV, LEAST, WHOLE, faults, keys, written


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DONDOC_MAIL__PRT", "1"),
        ("DONDOC_MAIL__PORT", "many"),
        ("DONDOC_MIAL__PORT", "1"),
        ("DONDOC_FLAGS__OFF", "stale"),
        ("DONDOC_SOURCES__0__NAME", "x"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str) -> None:
    (fault,) = faults(tmp_path, WHOLE, ENV | {variable: value})
    assert fault.line is None
    assert variable.startswith(fault.key)
    assert "biến môi trường" in fault.file


EVERY_FAULT = """\
timezone = "Europe/Berlin"
localee = "vi"
_env_file = "x"
[warehouse]
url = "mysql://h/b"
sandbox = "maybe"
[calendar]
working_hours = ["07:30-11:30", "11:00-17:00"]
files = ["nowhere.csv"]
[[sources]]
name = "one-stop"
kind = "opencps"
dataset = "dossiers"
base_url = "http://motcua.example.gov.vn"
username = "dondoc"
password = "Secret-Canary-2"

[[sources]]
name = "one-stop"
kind = "files"
dataset = "contcts"
path = 5
unit_map = "nowhere.csv"
[[sources]]
name = "register"
kind = "ftp"
[gates]
band = [2.0, 0.5]
[mail]
\tmode = "lve"
\thost = "mail.example.vn"
port = "abc"
security = "none"
username = "u"
password_env = "Secret-Canary-3"
ops = ["ops@sonoivu"]
[reminders]
window = "10:00-07:00"
due_soon_weekdays = ["mn"]
due_soon_working_days = { dossier = 2, recomendation = 5 }
ladder = [
  {level = 1, after_working_days = 0, audience = "head"},
  {level = 1, after_working_days = -3, audience = "superior"},
]
[flags]
off = ["stall"]
"""


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = faults(tmp_path, EVERY_FAULT)
    assert keys(found) == [
        (1, "timezone"),
        (2, "localee"),
        (3, "_env_file"),
        (5, "warehouse.url"),
        (6, "warehouse.sandbox"),
        (8, "calendar.working_hours"),
        (9, "calendar.files[1]"),
        (10, "sources[1].group_id"),
        (14, "sources[1].base_url"),
        (15, "sources[1].username"),
        (16, "sources[1].password"),
        (19, "sources[2].name"),
        (21, "sources[2].dataset"),
        (22, "sources[2].path"),
        (23, "sources[2].unit_map"),
        (26, "sources[3].kind"),
        (28, "gates.band"),
        (29, "mail.sender"),
        (30, "mail.mode"),
        (32, "mail.port"),
        (33, "mail.security"),
        (35, "mail.password_env"),
        (35, "mail.password_env"),
        (36, "mail.ops[1]"),
        (38, "reminders.window"),
        (39, "reminders.due_soon_weekdays[1]"),
        (40, "reminders.due_soon_working_days.recomendation"),
        (43, "reminders.ladder[2].after_working_days"),
        (46, "flags.off[1]"),
    ]
    assert all(fault.file == str(tmp_path / "dondoc.toml") for fault in found)


def test_no_fault_repeats_a_value(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, EVERY_FAULT), ENV)
    told = str(caught.value) + repr(caught.value)
    for value in ("Secret-Canary", "mysql", "maybe", "contcts", "lve", "10:00-07:00", "ops@sonoivu", "nowhere.csv"):
        assert value not in told


@given(st.text(alphabet="abcdefXYZ0123456789-", min_size=12, max_size=30))
def test_a_secret_in_any_wrong_place_is_not_shown(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    secret = f"Canary-{secret}"
    places = ("mail.mode", "mail.port", "mail.password", "mail.password_env", "warehouse.url", "flags.off", "locale")
    text = LEAST
    for place in places:
        table, _, key = place.rpartition(".")
        line = f'{key} = "{secret}"\n'
        text = line + text if not table else text.replace("[mail]\n", f"[mail]\n{line}") if table == "mail" else text
        text += f"[{table}]\n{line}" if table not in ("", "mail") else ""
    found = faults(tmp_path_factory.mktemp("config"), text)
    assert len(found) >= len(places)
    assert secret not in "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("max_quarantine_ratio =", "max_quarantine_ration =", "max_quarantine_ratio"),
        ("retention_days", "retention_day", "retention_days"),
        ("group_id", "groupid", "group_id"),
        ('mode = "shadow"', 'mode = "shadwo"', "shadow"),
        ("off = []", 'off = ["overdu"]', "overdue"),
        ('password_env = ""', 'password = "x"', "password_env"),
        ("group_id", "token = 'x'\ngroup_id", "token_env"),
    ],
)
def test_the_nearest_known_word_is_suggested(tmp_path: Path, old: str, new: str, word: str) -> None:
    found = faults(tmp_path, WHOLE.replace(old, new))
    assert any(f"`{word}`" in fault.message or f"`{word}" in fault.message for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "http://motcua.vn"', "sources[1].base_url"),
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "file:///etc/passwd"', "sources[1].base_url"),
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "https://a:b@c.vn"', "sources[1].base_url"),
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "https://169.254.169.254"', "sources[1].base_url"),
        ('base_url = "https://motcua.example.gov.vn"', 'base_url = "http://localhost.evil.vn"', "sources[1].base_url"),
        ('url = "sqlite:///var/dondoc.sqlite3"', 'url = "sqlite:///:memory:"', "warehouse.url"),
        ('host = "127.0.0.1"', 'host = "smtp.vn"\nsecurity_ = 1', "mail.security_"),
        ("port = 2525", "port = 70000", "mail.port"),
        ("port = 2525", "port = 25.5", "mail.port"),
        ("rate_per_second = 5", "rate_per_second = 0", "mail.rate_per_second"),
        ("rate_per_second = 5", "rate_per_second = nan", "mail.rate_per_second"),
        ('window = "07:00-10:00"', 'window = "7-10"', "reminders.window"),
        ('window = "07:00-10:00"', 'window = "07:00-24:30"', "reminders.window"),
        ('catch_up_until = "15:00"', 'catch_up_until = "09:00"', "reminders"),
        ("{level = 2,", "{level = 4,", "reminders.ladder"),
        ('audience = "superior"', 'audience = "ops"', "reminders.ladder[2].audience"),
        ('ops = ["ops@sonoivu.example.gov.vn"]', "ops = []", "mail.ops"),
        ('sender = "dondoc@sonoivu', 'sender = "đôn@sonoivu', "mail.sender"),
        ('sender = "dondoc@sonoivu', 'sender = "a@b.vn, dondoc@sonoivu', "mail.sender"),
        ('"Hệ thống đôn đốc"', '"x\\r\\nBcc: a@b.vn"', "mail.sender_name"),
        ("enforce_from = 2026-11-01", 'enforce_from = "tomorrow"', "sources[1].enforce_from"),
        ("processing_3 = 5", "processing_3 = 11", "sources[1].status_map.processing_3"),
        ('dataset = "dossiers"', 'dataset = "units"', "sources[1].dataset"),
        ('name = "contacts"', 'name = "Danh bạ"', "sources[2].name"),
        ('path = "data/contacts*.csv"', "path = ''", "sources[2].path"),
        ('path = "data/contacts*.csv"', "path = 'x'\nname_date = '%d%m'", "sources[2].name_date"),
        ('path = "data/contacts*.csv"', "path = 'x'\nencoding = 'tcvn9'", "sources[2].encoding"),
        ('path = "data/contacts*.csv"', "path = 'x'\ndelimiter = '::'", "sources[2].delimiter"),
        ('kind = "files"', "", "sources[2].kind"),
        ('kind = "files"', 'kind = "ftp"', "sources[2].kind"),
        ("[gates]", "[[gates]]", "gates"),
        ("[gates]", "[flags.deeper]\n[gates]", "flags.deeper"),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert WHOLE.count(old) >= 1
    found = faults(tmp_path, WHOLE.replace(old, new, 1))
    assert [fault.key for fault in found] == [key]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"a = 1\nb == 2\n", 2),
        (b"[mail]\nport = 1\n[mail]\n", 3),
        (b"\xff\xfea\x00", 1),
        (b"a = 1\n# \xe0\n", 2),
        (b'x = [1,\n"a"', 2),
        (b"\xef\xbb\xbf[mail]\r\n\tport = 1\r\n\tport = 2\r\n", 3),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path, body: bytes, line: int) -> None:
    path = tmp_path / "dondoc.toml"
    path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert [fault.line for fault in caught.value.faults] == [line]


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "dondoc.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load_settings(path, ENV).mail.port == 2525


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dondoc init"):
        load_settings(tmp_path / "dondoc.toml", {})
    with pytest.raises(ConfigError):
        load_settings(tmp_path, {})


def test_faults_speak_the_configured_language(tmp_path: Path) -> None:
    vietnamese = faults(tmp_path, WHOLE.replace("port = 2525", "port = 0"))
    english = faults(tmp_path, WHOLE.replace("port = 2525", "port = 0").replace('"vi"', '"en"'))
    assert "phải từ 1 trở lên" in vietnamese[0].message
    assert english[0].message == "must be 1 or more"
    assert faults(tmp_path, 'locale = "en"\nx = = 1')[0].message.startswith("this is not valid TOML")


def test_an_unreadable_file_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything
        path.unlink()
        path.mkdir()
    with pytest.raises(ConfigError):
        load_settings(path, ENV)
