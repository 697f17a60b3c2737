"""The nightly backup: one file a night under `var/backups`, the newest few are kept. By hand: `dondoc backup`.

What is inside, and how it is put back, is `warehouse/backup`'s and `warehouse/restore`'s. Files on the same machine are
no more than half of the matter: the runbook says to carry them elsewhere.
"""

import errno
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import current
from warehouse import backup
from warehouse.errors import WarehouseDiskError

NIGHTLY = "dondoc-*-night.zip"
_REPEATED = timedelta(hours=1)  # a run that comes so soon after another is that one again


@task(name="back up", cache_policy=NO_CACHE, persist_result=False)
def back_up(run_id: str) -> None:
    """Write tonight's backup in the place of one made earlier that day, then take away the oldest ones.

    `[retention] backups_kept` stay; 0 makes none.
    Raises WarehouseDiskError where the folder takes no file: then no older backup is taken away either.
    """
    run = current(run_id)
    kept = run.settings.retention.backups_kept
    if run.dry_run or not kept:
        return
    folder = run.settings.var / "backups"
    path = folder / NIGHTLY.replace("*", f"{run.business_date:%Y%m%d}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = backup.made_at(path)
        if before is None or abs(run.clock.now() - before) > _REPEATED:  # a run by day is not yet the night
            files = backup.configuration(Path(run.request.config), run.settings.named_files)
            fresh = folder / "night.new"
            fresh.unlink(missing_ok=True)
            made = backup.write(run.store.engine, fresh, now=run.clock.now(), made_by=version("dondoc"), files=files)
            fresh.replace(path)
            run.kept["backup"] = {"file": path.name, "bytes": made.bytes, "rows": made.rows}
            logger().info("backup: %s, %d rows, %d bytes", path.name, made.rows, made.bytes)
    except OSError as fault:
        raise WarehouseDiskError(str(folder), errno.errorcode.get(fault.errno or 0, type(fault).__name__)) from None
    for old in sorted(folder.glob(NIGHTLY))[:-kept]:
        old.unlink()
