"""The doctor at the sources: files are there, hosts answer, and what the warehouse has of them is fresh."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from deployments.cli_words import say as desk_say
from deployments.doctor_words import say
from deployments.findings import FAULT, OK, WARNING, Finding
from deployments.quarantine_card import moment

if TYPE_CHECKING:
    from tasks.settings import Settings, Source

PATIENCE = 5.0  # seconds for one host
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "mssql": 1433}


def source_findings(settings: "Settings", locale: str) -> Iterator[Finding]:
    """Each configured source: whether it is there to be pulled. Nobody logs in, nothing is read."""
    if not settings.sources:
        yield Finding("sources", FAULT, desk_say("doctor_no_sources", locale))
    for source in settings.sources:
        address = getattr(source, "base_url", "") or getattr(source, "url", "")
        yield _host(source, address, locale) if address else _files(source, locale)


def freshness_findings(states: list[dict[str, Any]], locale: str) -> Iterator[Finding]:
    """What the warehouse has of each source, by `attention.source_states`."""
    for state in states:
        name = state["name"]
        if state["last_success_at"] is None and not state["error"]:
            yield Finding(name, WARNING, say("never", locale, name=name))
        elif state["error"]:
            yield Finding(name, WARNING, say("source_error", locale, name=name, error=state["error"]))
        else:
            key, how = ("fresh", OK) if state["fresh"] else ("stale", WARNING)
            yield Finding(name, how, say(key, locale, name=name, moment=moment(state["data_moment"])))


def _files(source: "Source", locale: str) -> Finding:
    path = Path(str(getattr(source, "path", "")))
    there = any(path.parent.glob(path.name))
    key = "doctor_files" if there else "doctor_no_files"
    return Finding(source.name, OK if there else FAULT, desk_say(key, locale, name=source.name, path=path))


def _host(source: "Source", address: str, locale: str) -> Finding:
    parts = urlsplit(address)
    kind = parts.scheme.partition("+")[0]
    if kind == "sqlite":
        where, reached = address.removeprefix("sqlite:///"), Path(address.removeprefix("sqlite:///")).is_file()
    else:
        where, reached = _answers(parts.hostname or "", parts.port or _PORTS.get(kind, 0))
    key, state = ("reachable", OK) if reached else ("unreachable", FAULT)
    return Finding(source.name, state, say(key, locale, name=source.name, where=where))


def _answers(host: str, port: int) -> tuple[str, bool]:
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            return f"{host}:{port}", True
    except OSError:
        return f"{host}:{port}", False
