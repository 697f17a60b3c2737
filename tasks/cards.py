"""The run card: what happened, in business terms, as a Prefect artifact. Counts, codes and posts only."""

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from tasks.bulletins import bulletin_of
from tasks.reports.card import card_markdown
from tasks.run_context import current


@task(name="publish run card", cache_policy=NO_CACHE, persist_result=False)
def publish_run_card(run_id: str) -> None:
    """One card per morning under the key `morning-<date>`; dry runs publish theirs as a dry run."""
    run = current(run_id)
    with run.store.reading() as conn:
        bulletin = bulletin_of(run, conn, address="")
    text = card_markdown(bulletin, dry_run=run.dry_run, locale=run.settings.locale)
    create_markdown_artifact(markdown=text, key=f"{run.request.flow}-{run.business_date:%Y%m%d}")
