"""Before a flow is started: what can be refused at once is refused in a second, without Prefect and without a trace.

The run itself checks again under its lock; here people get the same answers early. Nothing is created or changed.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from deployments.exits import UsageFaultError
from deployments.refusal_words import refusal
from deployments.running import var_folder
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


def checked(
    config: Path,
    *,
    as_of: str = "",
    source: str = "",
    outside_window: bool = False,
    accept_drop: bool = False,
    reason: str = "",
    looks_back: bool = False,
) -> Settings:
    """The configuration, when a run asked for so may start. `looks_back`: it writes no row and may speak of any moment.

    Raises:
        ConfigError: with every fault, secrets that are not there included.
        UsageFaultError, CalendarUnknownError, CalendarFileError, SchemaError, WarehouseError: each a sentence.
    """
    settings = load_settings(config, os.environ)
    locale = settings.locale
    if outside_window and not reason:
        raise UsageFaultError(refusal("reason", locale))
    if accept_drop and not (source and reason.strip()):
        raise UsageFaultError(refusal("accept_drop", locale))
    known = [one.name for one in settings.sources]
    if source and source not in known:
        raise UsageFaultError(refusal("source", locale, name=source, known=", ".join(known)))
    moment = moment_of(as_of, locale)
    _check_calendar(settings, moment)
    _check_places(settings)
    _check_warehouse(settings, None if looks_back else moment)
    return settings


def moment_of(as_of: str, locale: str) -> datetime:
    """The moment meant; a time without zone is Hanoi's. Raises UsageFaultError."""
    from tasks.rules.timezone import HANOI

    if not as_of:
        return datetime.now(UTC).astimezone(HANOI)
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        raise UsageFaultError(refusal("as_of", locale, text=as_of)) from None
    return moment.astimezone(HANOI) if moment.tzinfo else moment.replace(tzinfo=HANOI)


def _check_calendar(settings: Settings, moment: datetime) -> None:
    from tasks.calendar_files import shipped_calendar

    calendar = shipped_calendar(settings.calendar.files, saturday_counts=settings.calendar.saturday_counts)
    calendar.is_working_day(moment.date())


def _check_places(settings: Settings) -> None:
    """Landing and the folder beside it are there or can be made."""
    for folder in (var_folder(settings), Path(settings.landing.path)):
        if "://" not in settings.landing.path and not can_hold(folder):
            raise UsageFaultError(refusal("landing", settings.locale, folder=folder))


def _check_warehouse(settings: Settings, moment: datetime | None) -> None:
    from warehouse.engine import open_engine, sqlite_file, where_is
    from warehouse.errors import SchemaError, WarehouseUnavailableError
    from warehouse.schema import check

    engine = open_engine(settings.warehouse.url)
    try:
        path = sqlite_file(engine)
        if path is not None and not path.exists() and not can_hold(path.parent):
            reason = refusal("no_folder", settings.locale, folder=path.parent)
            raise WarehouseUnavailableError(where_is(engine), reason)
        check(engine)
        if moment is not None:
            _refuse_turning_back(engine, settings, moment)
    except SchemaError as fault:
        if fault.code not in ("missing", "older"):  # a run creates the one and upgrades the other
            raise
    finally:
        engine.dispose()


def _refuse_turning_back(engine: "Engine", settings: Settings, moment: datetime) -> None:
    from tasks.rules.timezone import HANOI
    from warehouse.engine import reading
    from warehouse.runs import last_flag_as_of

    with reading(engine) as conn:
        last = last_flag_as_of(conn)
    if settings.warehouse.sandbox and last is not None and moment < last:
        told = [one.astimezone(HANOI).isoformat(timespec="seconds") for one in (moment, last)]
        raise UsageFaultError(refusal("as_of_back", settings.locale, as_of=told[0], last=told[1]))


def can_hold(folder: Path) -> bool:
    """Whether the folder exists or can be made, and can be written to."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
