"""Checks of the configuration that need more than one key, the environment or the disk.

They read the raw tables, so that they speak even where single keys are wrong too: all faults at once.
Checks of a single value belong to its field (`settings_fields`, `settings_models`).
"""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tasks.rules.loopback import is_loopback
from tasks.settings_faults import ENV_PREFIX, Trouble, comes_from
from tasks.settings_lines import Path as KeyPath

Table = Mapping[str, Any]
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


class SecretFileError(Exception):
    """A secret file cannot be used; `code` names a sentence of `settings_messages`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_secret_file(path: Path) -> str:
    """The secret kept in that file, without the last line end.

    Raises SecretFileError when it cannot be read, is empty, or others may read it.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & _OTHERS_MAY:
            raise SecretFileError("secret_file_open")
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SecretFileError("secret_file_missing") from None
    if not text:
        raise SecretFileError("secret_file_empty")
    return text


def source_tables(raw: Table) -> Iterator[tuple[int, Table]]:
    """The tables of `[[sources]]` with their index, as far as they are tables."""
    sources = raw.get("sources")
    if isinstance(sources, list | tuple):
        yield from ((index, table) for index, table in enumerate(sources) if isinstance(table, Mapping))


def section(raw: Table, name: str) -> Table:
    """A table by name; empty where it is missing or no table."""
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def same_names(raw: Table) -> Iterator[Trouble]:
    """Two sources of one name."""
    first: dict[str, int] = {}
    for index, table in source_tables(raw):
        name = table.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            yield Trouble(("sources", index, "name"), "same_name", {"first": ("sources", first[name], "name")})


def plain_smtp(raw: Table) -> Iterator[Trouble]:
    """Unencrypted SMTP goes to loopback only."""
    mail = section(raw, "mail")
    if mail.get("security") == "none" and not is_loopback(str(mail.get("host", "127.0.0.1"))):
        yield Trouble(("mail", "security"), "plain_smtp")


def warehouse_secret(raw: Table, overrides: Table, file: Path) -> Iterator[Trouble]:
    """A password inside the database address asks for a closed file, or for the environment."""
    path: KeyPath = ("warehouse", "url")
    url = section(raw, "warehouse").get("url")
    if not isinstance(url, str) or comes_from(overrides, path):
        return
    try:
        parts = urlsplit(url)
        holds_secret = bool(parts.password or parse_qs(parts.query).get("password"))
    except ValueError:
        return
    if holds_secret and stat.S_IMODE(file.stat().st_mode) & _OTHERS_MAY:
        yield Trouble(path, "warehouse_secret")


def named_files(raw: Table, folder: Path) -> Iterator[Trouble]:
    """Files that the configuration leans on must be there; what sources bring may come later."""
    named: list[tuple[KeyPath, Any]] = [(("mail", "ca_file"), section(raw, "mail").get("ca_file"))]
    for index, table in source_tables(raw):
        named += [(("sources", index, key), table.get(key)) for key in ("unit_map", "ca_file")]
    files = section(raw, "calendar").get("files")
    if isinstance(files, list | tuple):
        named += [(("calendar", "files", index), name) for index, name in enumerate(files)]
    for path, name in named:
        if isinstance(name, str) and name and not (folder / name).is_file():
            yield Trouble(path, "file_not_found")


def secrets(raw: Table, env: Mapping[str, str], folder: Path, *, present: bool) -> Iterator[Trouble]:
    """Logins without a secret, with two, or (if `present`) with one that is not there or lies open."""
    logins: list[tuple[KeyPath, Table]] = [(("mail",), section(raw, "mail"))]
    logins += [(("sources", index), table) for index, table in source_tables(raw) if table.get("kind") == "opencps"]
    for path, table in logins:
        has_token = bool(table.get("token_env") or table.get("token_file"))
        if table.get("username") and has_token:
            yield Trouble((*path, "username"), "login_both")
        elif table.get("username") and not (table.get("password_env") or table.get("password_file")):
            yield Trouble((*path, "username"), "secret_needed")
        for stem, needed in (("password", bool(table.get("username"))), ("token", has_token)):
            yield from _secret(path, table, stem)
            if present and needed:
                yield from _presence(path, table, stem, env, folder)
    for index, table in source_tables(raw):
        if table.get("kind") == "sql":  # the account stands in the address, and may need no password
            yield from _secret(("sources", index), table, "password")
            if present:
                yield from _presence(("sources", index), table, "password", env, folder)


def _secret(path: KeyPath, table: Table, stem: str) -> Iterator[Trouble]:
    if table.get(f"{stem}_env") and table.get(f"{stem}_file"):
        yield Trouble((*path, f"{stem}_file"), "secret_both", {"near": stem})


def _presence(path: KeyPath, table: Table, stem: str, env: Mapping[str, str], folder: Path) -> Iterator[Trouble]:
    variable, name = table.get(f"{stem}_env"), table.get(f"{stem}_file")
    if isinstance(variable, str) and variable and not env.get(variable):
        yield Trouble((*path, f"{stem}_env"), "secret_env_unset")
    if isinstance(name, str) and name:
        try:
            read_secret_file(folder / name)
        except SecretFileError as fault:
            yield Trouble((*path, f"{stem}_file"), fault.code)


def unknown_variables(raw: Table, env: Mapping[str, str], sections: frozenset[str]) -> Iterator[str]:
    """Names of variables that look like an override but match no table."""
    secret_names = {
        value
        for table in [section(raw, "mail"), *(table for _, table in source_tables(raw))]
        for key, value in table.items()
        if key.endswith("_env") and isinstance(value, str)
    }
    for name in sorted(env):
        head, nested, _ = name.upper().removeprefix(ENV_PREFIX).partition("__")
        is_ours = name.upper().startswith(ENV_PREFIX) and bool(nested)
        if is_ours and head.lower() not in sections and name not in secret_names:
            yield name
