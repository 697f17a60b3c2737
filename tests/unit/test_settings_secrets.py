"""Secrets of the configuration: by environment variable or closed file, and never shown."""

from pathlib import Path

import pytest

from tasks.settings import (
    ConfigError,
    SecretError,
    load_settings,
    read_secret,
)
from tests.unit.settings_sample import ENV, WHOLE, faults, keys, line_of, loaded, with_login, written


def test_a_login_without_its_secret_is_a_fault(tmp_path: Path) -> None:
    assert keys(faults(tmp_path, with_login(""))) == [(line_of(WHOLE, "[mail]") + 5, "mail.username")]
    assert keys(faults(tmp_path, with_login('password_env = "RELAY_PW"'))) == [
        (line_of(WHOLE, "[mail]") + 6, "mail.password_env")
    ]
    assert keys(faults(tmp_path, WHOLE, {})) == [(line_of(WHOLE, "password_env"), "sources[1].password_env")]
    assert keys(faults(tmp_path, WHOLE, {"DONDOC_ONE_STOP_PASSWORD": ""})) == [
        (line_of(WHOLE, "password_env"), "sources[1].password_env")
    ]
    assert loaded(tmp_path, with_login('password_env = "RELAY_PW"'), ENV | {"RELAY_PW": "x"}).mail.username == "relay"


def test_commands_that_open_no_connection_need_no_secret(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, WHOLE), {}, secrets=False).sources
    with pytest.raises(ConfigError):
        load_settings(written(tmp_path, with_login("")), {}, secrets=False)


@pytest.mark.parametrize(("mode", "ok"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o644, False)])
def test_a_secret_file_that_others_can_read_is_refused(tmp_path: Path, mode: int, ok: bool) -> None:
    secret = tmp_path / "relay.pw"
    secret.write_text("Secret-Canary-4\n")
    secret.chmod(mode)
    text = with_login('password_file = "relay.pw"')
    if ok:
        settings = loaded(tmp_path, text)
        assert read_secret(settings.mail.password_env, settings.mail.password_file) == "Secret-Canary-4"
    else:
        (fault,) = faults(tmp_path, text)
        assert (fault.key, "0600" in fault.message, "Canary" in fault.message) == ("mail.password_file", True, False)
        with pytest.raises(SecretError):
            read_secret("", secret)


def test_a_secret_file_must_be_there_and_say_something(tmp_path: Path) -> None:
    text = with_login('password_file = "relay.pw"')
    assert keys(faults(tmp_path, text)) == [(line_of(text, "password_file"), "mail.password_file")]
    (tmp_path / "relay.pw").touch(mode=0o600)
    assert keys(faults(tmp_path, text)) == [(line_of(text, "password_file"), "mail.password_file")]


def test_secrets_are_read_at_the_moment_of_use() -> None:
    assert read_secret("RELAY_PW", None, {"RELAY_PW": "now"}) == "now"
    assert read_secret("", None, {}) == ""
    with pytest.raises(SecretError) as caught:
        read_secret("RELAY_PW", None, {})
    assert "RELAY_PW" not in str(caught.value)


def test_one_login_one_secret(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("x")
    (tmp_path / "pw").chmod(0o600)
    both = with_login('password_env = "RELAY_PW"\npassword_file = "pw"')
    assert keys(faults(tmp_path, both, ENV | {"RELAY_PW": "x"})) == [
        (line_of(both, "password_file"), "mail.password_file")
    ]
    token = WHOLE.replace("group_id", 'token_env = "DONDOC_ONE_STOP_PASSWORD"\ngroup_id')
    assert [fault.key for fault in faults(tmp_path, token)] == ["sources[1].username"]


def test_a_password_in_the_database_address_asks_for_a_closed_file(tmp_path: Path) -> None:
    address = "postgresql+psycopg://dondoc:Secret-Canary-5@db.example.vn/dondoc"
    path = written(tmp_path, WHOLE.replace("sqlite:///var/dondoc.sqlite3", address))
    path.chmod(0o644)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, ENV)
    assert "Canary" not in str(caught.value)
    path.chmod(0o600)
    assert load_settings(path, ENV).warehouse.url == address
    open_file = written(tmp_path / ".", WHOLE)
    open_file.chmod(0o644)
    assert load_settings(open_file, ENV | {"DONDOC_WAREHOUSE__URL": address}).warehouse.url == address
