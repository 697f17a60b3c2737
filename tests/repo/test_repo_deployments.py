"""Schedules, locks and what `make` promises agree with the code."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.tree import ROOT, name_of

ZONE = "Asia/Ho_Chi_Minh"
PREFECT_YAML = ROOT / "deployments" / "prefect.yaml"
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def deployments() -> list[dict[str, Any]]:
    """What `prefect.yaml` deploys."""
    if not PREFECT_YAML.exists():
        return []
    return list(yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))["deployments"])


def test_every_cron_means_local_time() -> None:
    for deployment in deployments():
        schedules = deployment.get("schedules") or ([deployment["schedule"]] if deployment.get("schedule") else [])
        assert [one.get("timezone") for one in schedules] == [ZONE] * len(schedules), deployment["name"]


def test_every_entrypoint_is_a_flow_named_by_module() -> None:
    from prefect import Flow

    for deployment in deployments():
        module, _, function = deployment["entrypoint"].rpartition(".")
        assert isinstance(getattr(import_module(module), function), Flow), deployment["name"]


def test_every_flow_is_deployed() -> None:
    if PREFECT_YAML.exists():
        flows = {f"flows.{path.stem}" for path in (ROOT / "flows").glob("*_run.py")}
        assert {deployment["entrypoint"].rpartition(".")[0] for deployment in deployments()} == flows


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_a_lock_names_no_host_and_hashes_everything(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    blocks = [block for block in re.split(r"\n(?=\S)", text) if PIN.match(block)]
    assert len(blocks) > 100
    assert not [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]


def test_development_and_production_run_the_same_versions() -> None:
    production, development = ({(n, v) for n, v in PIN.findall(lock.read_text(encoding="utf-8"))} for lock in LOCKS)
    assert production <= development


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    for lock, wanted in zip(LOCKS, (project["dependencies"], project["dependencies"] + extras), strict=True):
        locked = {name for name, _ in PIN.findall(lock.read_text(encoding="utf-8"))}
        names = {re.split(r"[\[<>=!~; ]", one)[0].lower() for one in wanted} - {"dondoc"}
        assert names - locked == set()


def test_make_knows_the_words_people_use() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"help", "demo", "test", "check", "clean"} <= set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert re.search(r"^\.venv/ready|^\$\(READY\): requirements-dev\.lock", text, re.MULTILINE)
