"""When the server of `dondoc up` asks for a login, and which logins it takes."""

import os
import stat
from pathlib import Path

import pytest

from deployments.exits import UsageFaultError
from deployments.server import Place, server_environment
from deployments.server_login import GIVEN, SHORTEST
from tasks.settings import Settings, load_settings
from tests.repo.tree import ROOT

STARTER = ROOT / "deployments" / "init_templates" / "dondoc.toml"
LONG = "ops:" + "x" * SHORTEST


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set for the server is forgotten after the test."""
    monkeypatch.setattr(os, "environ", {name: at for name, at in os.environ.items() if "PREFECT" not in name})


def settings(folder: Path, **server: str) -> Settings:
    config = folder / "dondoc.toml"
    config.write_bytes(STARTER.read_bytes())
    given = {f"DONDOC_SERVER__{key.upper()}": value for key, value in server.items()}
    return load_settings(config, given, secrets=False)


@pytest.mark.parametrize(
    ("host", "login", "given", "asks"),
    [
        ("127.0.0.1", "false", "", False),
        ("localhost", "false", "", False),
        ("::1", "false", "", False),
        ("127.0.0.1", "true", "", True),
        ("127.0.0.1", "false", LONG, True),
        ("0.0.0.0", "false", "", True),
        ("::", "false", "", True),
        ("10.1.2.3", "false", "", True),
        ("dondoc.tinhmau.example.gov.vn", "false", "", True),
    ],
)
def test_beyond_this_machine_there_is_always_a_login(
    tmp_path: Path, host: str, login: str, given: str, asks: bool
) -> None:
    if given:
        os.environ[GIVEN] = given
    stands = server_environment(settings(tmp_path, login=login), Place(4200, host))
    assert bool(stands) is asks
    assert os.environ.get(GIVEN) == os.environ.get("PREFECT_API_AUTH_STRING")
    assert bool(os.environ.get(GIVEN)) is asks
    assert "*" not in os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"]


def test_behind_a_proxy_of_this_machine_too(tmp_path: Path) -> None:
    assert server_environment(settings(tmp_path, public_url="https://dondoc.example.gov.vn"), Place(4200))


def test_the_login_is_made_once_for_this_account_alone(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        where = Path(server_environment(settings(tmp_path, login="true"), Place(4200)))
        found.append((os.environ.pop(GIVEN), stat.S_IMODE(where.stat().st_mode), where))
    assert found[0] == found[1]
    login, mode, where = found[0]
    assert mode == 0o600
    assert where == tmp_path / "var" / "prefect" / "auth"
    assert len(login.partition(":")[2]) >= SHORTEST


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        ("dondoc:short", 0o600, "quá ngắn"),
        ("x" * 40, 0o600, "quá ngắn"),
        (LONG, 0o640, "chmod 600"),
        ("", 0o600, "ngắn"),
    ],
)
def test_a_weak_login_is_refused(tmp_path: Path, content: str, mode: int, says: str) -> None:
    path = tmp_path / "var" / "prefect" / "auth"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(UsageFaultError, match=says) as refused:
        server_environment(settings(tmp_path), Place(4200, "0.0.0.0"))
    assert not content or content not in str(refused.value)
    assert GIVEN not in os.environ


def test_a_weak_login_of_the_environment_is_refused(tmp_path: Path) -> None:
    os.environ[GIVEN] = "admin:admin"
    with pytest.raises(UsageFaultError, match=GIVEN):
        server_environment(settings(tmp_path), Place(4200))


def test_pages_are_taken_from_our_own_addresses(tmp_path: Path) -> None:
    server_environment(settings(tmp_path, public_url="https://dondoc.example.gov.vn"), Place(4200, "0.0.0.0"))
    origins = os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"].split(",")
    assert origins == ["http://127.0.0.1:4200", "https://dondoc.example.gov.vn"]
