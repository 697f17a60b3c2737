"""What somebody asks of a reconciliation, checked in a second: a mistyped unit or file must not come back as "agreed".

Nothing is created or changed; the run itself checks the contents. Sentences stand in `reconcile_words`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from deployments.exits import UsageFaultError
from deployments.preflight import can_hold
from deployments.reconcile_words import say

if TYPE_CHECKING:
    from tasks.settings import Settings

FORMS = ("%Y-%m-%d", "%d/%m/%Y")
DEPTHS = ("rows", "counts")
_TOLD = 10  # files or units named in a sentence


def day_of(option: str, text: str, locale: str) -> date | None:
    """The day meant, None for "". Raises UsageFaultError."""
    if not text:
        return None
    for form in FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise UsageFaultError(say("day", locale, option=option, text=text))


def check_period(first: date | None, last: date | None, locale: str) -> None:
    """Raises UsageFaultError where it ends before it begins."""
    if first and last and first > last:
        raise UsageFaultError(say("period", locale, first=first, last=last))


def check_repair(*, repair: bool, confirm: str, by: str, reason: str, dry_run: bool, locale: str) -> None:
    """Raises UsageFaultError where a repair is asked for in a way that cannot be carried out."""
    if confirm and not repair:
        raise UsageFaultError(say("confirm_alone", locale))
    if confirm and not (by.strip() and reason.strip()):
        raise UsageFaultError(say("repair_by", locale))
    if confirm and dry_run:
        raise UsageFaultError(say("repair_dry", locale))


def check_names(settings: "Settings", *, source: str, registers: Iterable[str], statistics: str) -> None:
    """The source holds dossiers and the files lie in the shared folder. Raises UsageFaultError."""
    locale = settings.locale
    holders = [one.name for one in settings.sources if one.dataset == "dossiers"]
    if source and source not in holders:
        raise UsageFaultError(say("not_dossiers", locale, name=source, known=", ".join(holders)))
    folder = Path(settings.reconcile.registers)
    for option, name in [("--register", one) for one in registers] + [("--statistics", statistics)] * bool(statistics):
        if name != Path(name).name or "\\" in name:
            raise UsageFaultError(say("name", locale, option=option, name=name, folder=folder))
        if not (folder / name).is_file():
            raise UsageFaultError(
                say("no_file", locale, option=option, name=name, folder=folder, known=_files(folder, locale))
            )


def check_out(out: str, locale: str) -> None:
    """The results can be written there. Raises UsageFaultError."""
    if out and not can_hold(Path(out)):
        raise UsageFaultError(say("out", locale, folder=out))


def check_units(settings: "Settings", asked: Sequence[str]) -> None:
    """Somebody bears each code, or a dossier names it. Raises UsageFaultError; where no unit is listed, never."""
    from warehouse.difference_report import is_named, listed_units
    from warehouse.engine import open_engine, reading
    from warehouse.errors import SchemaError
    from warehouse.schema import check

    engine = open_engine(settings.warehouse.url)
    try:
        check(engine)
        with reading(engine) as conn:
            known = listed_units(conn) if asked else frozenset()
            wrong = [code for code in asked if known and code not in known and not is_named(conn, code)]
    except SchemaError:  # no warehouse of this version yet: the run makes one
        return
    finally:
        engine.dispose()
    for code in wrong:
        near = get_close_matches(code, sorted(known), n=3)
        told = say("near", settings.locale, codes=", ".join(near)) if near else ""
        raise UsageFaultError(say("unit", settings.locale, code=code, near=told))


def _files(folder: Path, locale: str) -> str:
    names = sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []
    named = [one for one in names if not one.startswith(".")][:_TOLD]
    return ", ".join(named) or say("nothing_there", locale)
