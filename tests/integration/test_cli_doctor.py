"""`dondoc doctor` and `mail mode live`: what is missing before this installation can work, and whom it reaches."""

import json
from pathlib import Path

import pytest

from deployments.demo.mail_catcher import MailCatcher
from deployments.doctor_words import WORDS
from tests.flows.village import ALPHA, BETA, CONTACTS, DAWN, MONDAY, dossier
from tests.quarantine_stage import EARLY, Stage
from tests.told_desk import told_copy, typed_in

NOW = ("--as-of", MONDAY.isoformat())


@pytest.fixture
def folder(played, tmp_path: Path) -> Path:
    return told_copy(played, tmp_path)


@pytest.fixture
def dondoc(folder: Path):
    return typed_in(folder)


@pytest.fixture
def stage(tmp_path, new_url):
    """A village before its first sync."""
    found = Stage(tmp_path / "village", new_url("sqlite", migrated=True))
    yield found
    found.engine.dispose()


def states(dondoc) -> dict[str, str]:
    return {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}


def texts(stage: Stage) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for finding in json.loads(typed_in(stage.village.folder)("--json", "doctor")):
        out.setdefault(finding["about"], []).append(finding["text"])
    return out


def test_the_doctor_names_what_is_missing(dondoc):
    told = states(dondoc)
    assert told["sources"] == "fault"
    assert (told["configuration"], told["warehouse"], told["smtp"]) == ("ok", "ok", "ok")
    assert told["heads"] == "warning"


def test_the_doctor_tries_the_mail_server_when_mail_goes_out(dondoc, folder):
    config = folder / "dondoc.toml"
    with MailCatcher(folder / "caught") as catcher:
        sending = f'mode = "live"\nhost = "127.0.0.1"\nport = {catcher.port}\nsecurity = "none"\n'
        config.write_text(config.read_text(encoding="utf-8") + sending, encoding="utf-8")
        up = states(dondoc)
    down = states(dondoc)
    assert (up["smtp"], down["smtp"]) == ("ok", "fault")


def test_what_comes_first_is_what_must_be_done_first(stage):
    printed = typed_in(stage.village.folder)("doctor").splitlines()
    signs = [line[0] for line in printed[:-1]]
    assert signs == sorted(signs, key="✗!✓".index)
    assert printed[-1] == WORDS["not_ready"][0].format(n=signs.count("✗"))
    assert any("units" in line for line in printed if line.startswith("✗"))


def contacts(*changes: dict[str, str]) -> list[dict[str, str]]:
    return [*CONTACTS, *changes]


TWIN = CONTACTS[0] | {"email": "moi@tinh.example.gov.vn"}
STRANGER = dossier(5, "Z9")
PERSON = dossier(6, "Nguyễn Thị Mẫu")
OFFICE = dossier(6, "UBND xã Gamma")
BARE = dossier(7, "A", procedure_code="1.000001", duration_amount="", duration_unit="")


@pytest.mark.parametrize(
    ("about", "dossiers", "people", "said"),
    [
        ("heads", (), CONTACTS[:2], "1 đơn vị chưa có người đứng đầu trong danh bạ: B"),
        ("heads", (), contacts(TWIN), "từ hai người đứng đầu cùng lúc nên không gửi được: A"),
        ("superiors", (), CONTACTS, "2 đơn vị chưa có lãnh đạo cấp trên: "),
        ("units", (STRANGER,), CONTACTS, "Z9 (1)"),
        ("units", (OFFICE,), CONTACTS, "UBND xã Gamma (1)"),
        ("units", (PERSON,), CONTACTS, "(?) (1)"),
        ("procedures", (BARE,), CONTACTS, "1.000001 (1)"),
    ],
    ids=["no head", "two heads", "no superior", "unknown code", "unknown name", "a person's name", "procedure"],
)
def test_gaps_of_the_directory_are_told_by_code(stage, about, dossiers, people, said):
    stage.drop(*dossiers)
    stage.village.drop("danh-ba", people)
    stage.sync()
    found = texts(stage)
    assert any(said in text for text in found[about])
    assert "Nguyễn" not in json.dumps(found, ensure_ascii=False)


def test_old_matters_are_told_with_the_mails_of_the_first_day(stage):
    from tasks.flagging import flag_open_items

    stage.drop(dossier(3, "B", received_at="01/07/2026", due_at="08/07/2026"))
    stage.sync(DAWN, lambda run: flag_open_items.fn(run.run_id))
    (told,) = texts(stage)["enforce_from"]
    assert told == WORDS["enforce_from"][0].format(name="ho-so", n=1, mails=2)
    text = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(
        text.replace('name = "ho-so"', 'name = "ho-so"\nenforce_from = 2026-11-01'), encoding="utf-8"
    )
    assert "enforce_from" not in texts(stage)


def test_a_host_that_does_not_answer_is_a_fault(stage):
    away = '\n[[sources]]\nname = "xa"\nkind = "opencps"\ndataset = "dossiers"\n'
    away += 'base_url = "http://127.0.0.1:1"\ngroup_id = 1\n'
    text = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(text.replace("\n[mail]", f"{away}[mail]"), encoding="utf-8")
    assert texts(stage)["xa"][0] == WORDS["unreachable"][0].format(name="xa", where="127.0.0.1:1")


def test_rows_that_nobody_settles_become_a_matter_of_their_own(stage):
    from deployments.cli_words import say

    stage.drop(EARLY)
    stage.sync()
    dondoc = typed_in(stage.village.folder)
    for day, forgotten in ((1, 0), (2, 1)):
        stage.sync(MONDAY.replace(month=12, day=day))
        told = [m["text"] for m in json.loads(dondoc("--json", "status"))["needs_attention"]]
        assert told.count(say("attention_quarantine_old", "vi", n=1, days=5)) == forgotten


def test_going_live_tells_first_whom_it_reaches_and_waits_for_a_yes(stage):
    from warehouse import desk

    stage.sync()
    dondoc = typed_in(stage.village.folder)
    printed = dondoc("mail", "mode", "live", *NOW)
    assert f"người đứng đầu · Chủ tịch UBND xã Alpha <{ALPHA}>: 2 mục" in printed
    assert f"<{BETA}>: 1 mục" in printed
    assert "2 thư, 3 mục" in printed
    assert "--yes" in printed
    assert stage.reading(desk.mail_switch).mode is None
    dondoc("mail", "mode", "live", "--yes", "--by", "Giám đốc", *NOW)
    assert stage.reading(desk.mail_switch).mode == "live"
