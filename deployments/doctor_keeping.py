"""What `doctor` says of keeping: how long things are kept, and whether there is a backup that is worth something."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from deployments.findings import OK, WARNING, Finding
from deployments.housekeeping_words import say

if TYPE_CHECKING:
    from tasks.settings import Settings

_OLD_DAYS = 3  # nights that may have been missed, a weekend without power say


def keeping_findings(settings: "Settings", now: datetime, locale: str) -> Iterator[Finding]:
    """The limits, then the newest backup under `var/backups`; what lies elsewhere is not known here."""
    limits = settings.retention
    told = {"quarantine": limits.quarantine_days, "versions": limits.versions_days, "runs": limits.runs_days}
    told |= {"landing": settings.landing.retention_days, "files": limits.files_days}
    yield Finding("retention", OK, say("keeping", locale, **told))
    folder = settings.var / "backups"
    found = {path.stat().st_mtime: path.name for path in folder.glob("dondoc-*.zip")}
    if not found:
        yield Finding("backup", WARNING, say("backup_none", locale, folder=folder))
        return
    newest, name = max(found.items())
    is_old = newest < (now - timedelta(days=_OLD_DAYS)).timestamp()
    key, state = ("backup_old", WARNING) if is_old else ("backup_fresh", OK)
    yield Finding("backup", state, say(key, locale, file=name, days=_OLD_DAYS))
