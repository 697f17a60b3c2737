"""The only reader of configuration: `dondoc.toml`, `DONDOC_…__…` variables, secrets.

Call `load_settings` once per command and hand values down. Keys are described in `settings_models` and
`settings_sources`; sentences for people in `settings_messages`. No Prefect here.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from tasks import settings_checks as checks
from tasks.settings_checks import SecretFileError, read_secret_file
from tasks.settings_faults import ENV_PREFIX, ConfigError, ConfigFault, Place, Trouble, troubles_of
from tasks.settings_lines import key_lines
from tasks.settings_mail import MailSettings, ReminderSettings, Rung
from tasks.settings_messages import sentence
from tasks.settings_models import (
    CalendarSettings,
    FlagSettings,
    GateSettings,
    LandingSettings,
    ReconcileSettings,
    ScheduleSettings,
    Settings,
    WarehouseSettings,
)
from tasks.settings_sources import FilesSource, OpencpsSource, Source, SqlSource

__all__ = [
    "CalendarSettings",
    "ConfigError",
    "ConfigFault",
    "FilesSource",
    "FlagSettings",
    "GateSettings",
    "LandingSettings",
    "MailSettings",
    "OpencpsSource",
    "ReconcileSettings",
    "ReminderSettings",
    "Rung",
    "ScheduleSettings",
    "SecretError",
    "Settings",
    "Source",
    "SqlSource",
    "WarehouseSettings",
    "config_path",
    "config_version",
    "load_settings",
    "read_secret",
]


class SecretError(Exception):
    """A secret that is needed now is not there. `code` names a sentence of `settings_messages`; no value inside."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class _Variables(EnvSettingsSource):
    """pydantic-settings' reader of `DONDOC_…__…`, over a given mapping instead of the process environment."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._env.items() if value != ""}


def config_path(given: Path | None, env: Mapping[str, str]) -> Path:
    """Which file to read: the one given, else `DONDOC_CONFIG`, else `./dondoc.toml`."""
    return given or Path(env.get("DONDOC_CONFIG") or "dondoc.toml")


def load_settings(path: Path, env: Mapping[str, str], *, secrets: bool = True) -> Settings:
    """The configuration, relative paths resolved against its folder.

    Raises ConfigError with every fault at once. With `secrets=False` a login's password need not be there: for
    commands that open no connection.
    """
    raw, lines, locale = _read(path, env)
    overrides, variable_faults = _overrides(env, locale)
    merged = _merge(raw, overrides)
    locale = merged["locale"] if merged.get("locale") in ("vi", "en") else "vi"
    folder = path.absolute().parent
    troubles = [
        *checks.same_names(merged),
        *checks.plain_smtp(merged),
        *checks.warehouse_secret(merged, overrides, path),
        *checks.named_files(merged, folder),
        *checks.secrets(merged, env, folder, present=secrets),
    ]
    settings = _build(merged, troubles)
    unknown = checks.unknown_variables(merged, env, frozenset(Settings.model_fields))
    variable_faults += [_variable_fault(name, "unknown_section_env", locale) for name in unknown]
    faults = Place(str(path), lines, overrides, locale).faults(troubles)
    if settings is None or faults or variable_faults:
        raise ConfigError([*faults, *variable_faults], locale)
    return _anchored(settings, folder)


def _read(path: Path, env: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int], str]:
    """The raw tables, the line of each key, and the language to complain in."""
    locale = "en" if env.get("DONDOC_LOCALE") == "en" else "vi"
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise _file_error(path, None, "file_missing", locale) from None
    except OSError:
        raise _file_error(path, None, "file_unreadable", locale) from None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _file_error(path, body.count(b"\n", 0, error.start) + 1, "not_utf8", locale) from None
    if "DONDOC_LOCALE" not in env and re.search(r'^[ \t]*locale[ \t]*=[ \t]*["\']en["\']', text, re.MULTILINE):
        locale = "en"
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column, code = _syntax(str(error), text)
        raise _file_error(path, line, code, locale, column=column) from None
    return raw, key_lines(text), locale


def _syntax(message: str, text: str) -> tuple[int, int, str]:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line, column = (int(found[1]), int(found[2])) if found else (text.rstrip().count("\n") + 1, 1)
    return line, column, "twice" if "Cannot" in message else "syntax"


def _file_error(path: Path, line: int | None, code: str, locale: str, **words: object) -> ConfigError:
    return ConfigError([ConfigFault(str(path), line, "", sentence(code, locale, **words))], locale)


def _overrides(env: Mapping[str, str], locale: str) -> tuple[dict[str, Any], list[ConfigFault]]:
    try:
        found = _Variables(env)()
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = ENV_PREFIX + (field[1].upper() if field else "…")
        return {}, [_variable_fault(name, "env_json", locale)]
    if isinstance(found.get("sources"), Mapping):  # DONDOC_SOURCES__0__…: a list has no names to go by
        return {}, [_variable_fault(ENV_PREFIX + "SOURCES", "env_json", locale)]
    return found, []


def _variable_fault(name: str, code: str, locale: str) -> ConfigFault:
    return ConfigFault(sentence("environment", locale), None, name, sentence(code, locale))


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _build(merged: dict[str, Any], troubles: list[Trouble]) -> Settings | None:
    """The validated settings, or None with what is wrong added to `troubles`."""
    private = [key for key in merged if key.startswith("_")]  # pydantic-settings would take them as its own options
    troubles += [Trouble((key,), "unknown") for key in private]
    try:
        return Settings(**({"mail": {}} | {key: value for key, value in merged.items() if key not in private}))
    except ValidationError as error:
        troubles += troubles_of(error)
        return None


def _anchored(settings: Settings, folder: Path) -> Settings:
    """The same settings with relative paths resolved against the folder of the file."""

    def at(path: Path | None) -> Path | None:
        return None if path is None else folder / path

    def source(one: Source) -> Source:
        keys = ("unit_map", "password_file", "token_file", "ca_file")
        moved: dict[str, Any] = {key: at(getattr(one, key)) for key in keys if hasattr(one, key)}
        if isinstance(one, FilesSource):
            moved["path"] = str(folder / one.path)
        elif isinstance(one, SqlSource):
            moved["url"] = _anchored_url(one.url, folder)
        return one.model_copy(update=moved)

    mail, calendar, landing = settings.mail, settings.calendar, settings.landing
    anchored = settings.model_copy(
        update={
            "warehouse": settings.warehouse.model_copy(update={"url": _anchored_url(settings.warehouse.url, folder)}),
            "landing": landing
            if "://" in landing.path
            else LandingSettings(path=str(folder / landing.path), retention_days=landing.retention_days),
            "calendar": calendar.model_copy(update=_calendar_files(calendar, folder)),
            "sources": tuple(source(one) for one in settings.sources),
            "mail": mail.model_copy(update={"password_file": at(mail.password_file), "ca_file": at(mail.ca_file)}),
            "reconcile": ReconcileSettings(registers=folder / settings.reconcile.registers),
        }
    )
    anchored._folder = folder
    return anchored


def _calendar_files(calendar: CalendarSettings, folder: Path) -> dict[str, Any]:
    """The files named, then those of the folder by name: what was applied last is laid over the rest."""
    applied = folder / calendar.folder
    return {"folder": applied, "files": (*(folder / file for file in calendar.files), *sorted(applied.glob("*.csv")))}


def _anchored_url(url: str, folder: Path) -> str:
    name = url.removeprefix("sqlite:///")
    return url if name == url else f"sqlite:///{(folder / name).as_posix()}"


def config_version(settings: Settings) -> str:
    """A short hash of everything configured but the database address; the same wherever the folder stands."""
    content = settings.model_dump(mode="json", exclude={"warehouse": {"url"}})
    text = json.dumps(content, sort_keys=True, ensure_ascii=False).replace(str(settings.folder), ".")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_secret(variable: str, file: Path | None, env: Mapping[str, str] | None = None) -> str:
    """The secret itself, read at the moment of use: from the variable of that name, else from the 0600 file.

    Empty when neither is configured. Raises SecretError when the configured one cannot be had.
    """
    if variable:
        value = (os.environ if env is None else env).get(variable, "")
        if not value:
            raise SecretError("secret_env_unset")
        return value
    if file is None:
        return ""
    try:
        return read_secret_file(file)
    except SecretFileError as fault:
        raise SecretError(fault.code) from None
