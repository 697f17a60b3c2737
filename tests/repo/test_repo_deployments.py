"""Schedules, locks and what `make` promises agree with the code."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.schedules import DEPLOYMENTS
from tests.repo.tree import ROOT, name_of

ZONE = "Asia/Ho_Chi_Minh"
PREFECT_YAML = ROOT / "deployments" / "prefect.yaml"
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def deployments() -> list[dict[str, Any]]:
    """What `prefect.yaml` deploys."""
    return list(yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))["deployments"])


def test_up_and_work_pools_say_the_same() -> None:
    table = {
        row.name: {
            "entrypoint": row.entrypoint,
            "description": row.description,
            "parameters": {"config": "{{ $DONDOC_CONFIG }}", **row.parameters},
            "schedules": [{"cron": cron, "timezone": row.timezone} for cron in row.crons],
        }
        for row in DEPLOYMENTS
    }
    keys = ("entrypoint", "description", "parameters", "schedules")
    assert {one["name"]: {key: one[key] for key in keys} for one in deployments()} == table


def test_prefect_yaml_prepares_runs_as_sync_does() -> None:
    from flows.deploying import JOB, PULL
    from flows.names import TAG

    whole = yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))
    assert whole["pull"] == PULL
    for one in deployments():
        assert one["work_pool"] == {"name": "dondoc", "job_variables": JOB}, one["name"]
        assert one["tags"] == [TAG]


def test_every_cron_means_local_time() -> None:
    for deployment in deployments():
        zones = [schedule.get("timezone") for schedule in deployment["schedules"]]
        assert zones == [ZONE] * len(zones), deployment["name"]


def test_every_entrypoint_is_a_flow_of_that_name() -> None:
    from prefect import Flow

    for row in DEPLOYMENTS:
        module, _, function = row.entrypoint.rpartition(".")
        flow = getattr(import_module(module), function)
        assert isinstance(flow, Flow)
        assert flow.name == row.name


def test_every_flow_is_deployed() -> None:
    flows = {f"flows.{path.stem}" for path in (ROOT / "flows").glob("*_run.py")}
    assert {row.entrypoint.rpartition(".")[0] for row in DEPLOYMENTS} == flows


def test_every_parameter_exists_and_every_form_speaks_vietnamese() -> None:
    for row in DEPLOYMENTS:
        module, _, function = row.entrypoint.rpartition(".")
        fields = getattr(import_module(module), function).parameters.properties
        assert {"config", *row.parameters} <= set(fields), row.name
        assert not [name for name, field in fields.items() if field["title"] == name or not field.get("description")]


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
