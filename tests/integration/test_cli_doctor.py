"""`dondoc doctor`: what is missing before this installation can do its work, the most important first."""

import json
from pathlib import Path

import pytest

from deployments.demo.mail_catcher import MailCatcher
from tests.told_desk import told_folder, typed_in


@pytest.fixture
def folder(new_url, tmp_path: Path) -> Path:
    return told_folder(new_url("sqlite", migrated=True), tmp_path)


@pytest.fixture
def dondoc(folder: Path):
    return typed_in(folder)


def test_the_doctor_names_what_is_missing(dondoc):
    told = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    assert told["sources"] == "fault"
    assert (told["configuration"], told["warehouse"], told["smtp"]) == ("ok", "ok", "ok")


def test_the_doctor_tries_the_mail_server_when_mail_goes_out(dondoc, folder):
    config = folder / "dondoc.toml"
    with MailCatcher(folder / "caught") as catcher:
        sending = f'mode = "live"\nhost = "127.0.0.1"\nport = {catcher.port}\nsecurity = "none"\n'
        config.write_text(config.read_text(encoding="utf-8") + sending, encoding="utf-8")
        up = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    down = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    assert (up["smtp"], down["smtp"]) == ("ok", "fault")
