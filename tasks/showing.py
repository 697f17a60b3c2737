"""What a dry run leaves: the bytes a real run at that as_of would have stored, as files in a folder."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import current
from warehouse import ledger_read


@task(name="write planned mails", cache_policy=NO_CACHE, persist_result=False)
def write_planned_mails(run_id: str) -> int:
    """Write today's planned mails to the run's `out` folder; returns how many. Without a folder nothing is written."""
    run = current(run_id)
    if not run.request.out:
        return 0
    folder = Path(run.request.out)
    folder.mkdir(parents=True, exist_ok=True)
    with run.store.reading() as conn:
        planned = ledger_read.mails_of(conn, business_date=run.business_date, state="planned")
        mails = [found for m in planned if (found := ledger_read.mail(conn, m["id"])) is not None]
    for mail in mails:
        name = (
            f"{mail['business_date']}-{mail['audience']}-{mail['address'].replace('@', '-at-')}-{mail['revision']}.eml"
        )
        (folder / name).write_bytes(bytes(mail["body"]))
    logger().info("dry run: %d mails written", len(mails))
    return len(mails)
