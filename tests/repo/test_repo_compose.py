"""Files for machines that are not here: compose, the systemd unit, the image. Parsed, and compared with the product."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.server import Place, server_environment
from tasks.settings import load_settings
from tests.repo.tree import ROOT

COMPOSE = ROOT / "deployments" / "compose"
UNIT = COMPOSE / "dondoc.service"
ANALYZE = shutil.which("systemd-analyze") or ""
OURS = ("server", "prepare", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8")))


def test_services_of_ours_are_nobody_in_particular(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    lasting = {name: one for name, one in compose["services"].items() if name != "prepare"}
    assert not [name for name, one in lasting.items() if "healthcheck" not in one]
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2
    assert compose["services"]["postgres"]["networks"] == ["inside"]
    assert compose["services"]["server"]["ports"] == ["127.0.0.1:4200:4200"]


def test_secrets_are_files_and_nothing_else(compose: dict[str, Any]) -> None:
    used = {name for one in compose["services"].values() for name in one["secrets"]}
    assert used == set(compose["secrets"])
    for name in used:
        assert compose["secrets"][name] == {"file": f"secrets/{name}"}
    said = [f"{key}={value}" for one in compose["services"].values() for key, value in one["environment"].items()]
    assert not [one for one in said if re.search(r"(PASSWORD|AUTH_STRING|TOKEN)=|://[^/]*:[^/]*@", one)]
    read = "".join(path.read_text(encoding="utf-8") for path in [*COMPOSE.glob("*.sh"), COMPOSE / "compose.yaml"])
    assert used <= set(re.findall(r"/run/secrets/(\w+)", read))


def test_the_server_is_as_safe_as_that_of_up(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    config = tmp_path / "dondoc.toml"
    config.write_bytes((ROOT / "deployments" / "init_templates" / "dondoc.toml").read_bytes())
    server_environment(load_settings(config, {}, secrets=False), Place(4200, "0.0.0.0"))
    image = (COMPOSE / "Dockerfile").read_text(encoding="utf-8") + (COMPOSE / "entrypoint.sh").read_text("utf-8")
    there = compose["services"]["server"]["environment"] | dict(
        re.findall(r"((?:PREFECT|GX)_\w+|DO_NOT_TRACK)=(\S+)", image)
    )
    guards = ("AUTH_STRING", "CORS", "CSRF", "VACUUM", "ANALYTICS", "PROMOTIONAL", "UI_API_URL", "TRACK")
    ours = {name: value for name, value in os.environ.items() if any(guard in name for guard in guards)}
    assert len(ours) >= 8
    assert ours.keys() <= there.keys()
    by_place = ("AUTH_STRING", "ORIGINS")
    assert not [name for name in ours if not name.endswith(by_place) and ours[name] != there[name]]


def test_variables_are_names_that_somebody_reads(compose: dict[str, Any]) -> None:
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields  # what Prefect reads is named nowhere else

    known = set(_get_settings_fields(Settings))
    said = {key for one in compose["services"].values() for key in one["environment"]}
    assert {name for name in said if name.startswith("PREFECT_")} <= known


def test_both_sides_speak_of_one_pool(compose: dict[str, Any]) -> None:
    prefect = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8"))
    pools = {one["work_pool"]["name"] for one in prefect["deployments"]}
    commands = [" ".join(compose["services"][name]["command"]) for name in ("prepare", "worker")]
    assert {re.search(r"--pool ([\w-]+)", command)[1] for command in commands} == pools  # type: ignore[index]


def test_what_the_image_copies_is_there() -> None:
    text = (COMPOSE / "Dockerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE)) - {"dist/bundle"}
    assert copied
    assert all((ROOT / path).exists() for path in copied)


@pytest.mark.skipif(not ANALYZE, reason="no systemd here")
def test_the_unit_is_understood(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8").replace("/opt/dondoc/bin/dondoc", sys.executable)
    for name in ("User", "Group"):
        text = text.replace(f"{name}=dondoc\n", f"{name}=root\n")  # the account is made by the steps above
    unit = tmp_path / "dondoc.service"
    unit.write_text(text, encoding="utf-8")
    told = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert "dondoc.service" not in told.stderr, told.stderr


def test_the_unit_agrees_with_the_command() -> None:
    from deployments.exits import EXIT_CONFIGURATION
    from deployments.up import EXIT_TERMINATED

    found = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE))
    assert found["SuccessExitStatus"] == str(EXIT_TERMINATED)
    assert found["RestartPreventExitStatus"] == str(EXIT_CONFIGURATION)
    assert found["Type"] == "notify"
    assert found["User"] == "dondoc"
