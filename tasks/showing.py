"""What a dry run leaves: the bytes a real run at that as_of would have stored, as files in a folder."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import current
from warehouse import ledger_read

_SHOWN = ("planned", "held", "handed")  # on the copy a dry run works on, what would be sent counts as handed


@task(name="write planned mails", cache_policy=NO_CACHE, persist_result=False)
def write_planned_mails(run_id: str) -> int:
    """Write the mails this run would store or send to its `out` folder; returns how many. No folder: nothing."""
    run = current(run_id)
    if not run.request.out:
        return 0
    folder = Path(run.request.out)
    folder.mkdir(parents=True, exist_ok=True)
    with run.store.reading() as conn:
        today = ledger_read.mails_of(conn, business_date=run.business_date)
        mine = [m["id"] for m in today if m["touched_by"] == run.run_id and m["state"] in _SHOWN]
        mails = [found for i in mine if (found := ledger_read.mail(conn, i)) is not None and found["body"]]
    for mail in mails:
        name = (
            f"{mail['business_date']}-{mail['audience']}-{mail['address'].replace('@', '-at-')}-{mail['revision']}.eml"
        )
        (folder / name).write_bytes(bytes(mail["body"]))
    logger().info("dry run: %d mails written", len(mails))
    return len(mails)
