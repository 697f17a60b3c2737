"""A whole morning, and the night after it, as the account that may not delete from the ledger or change the audit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.province import Province
from deployments.roles import RUN, statements
from tests.flows.test_flow_province import place
from tests.flows.village import Run
from warehouse.engine import open_engine

pytestmark = pytest.mark.slow
SMALL = Province(seed=5, units=2, dossiers=40, open_share=0.5, recommendations=4, procedures=10)
LATER = SMALL.as_of.replace(year=SMALL.as_of.year + 1, hour=22)


def test_a_morning_and_a_night_need_no_more_than_the_run_role(run: Run, tmp_path: Path, new_url: Callable) -> None:
    url = new_url("postgresql", migrated=True)
    owner = open_engine(url)
    with owner.begin() as conn:
        for statement in statements():
            conn.exec_driver_sql(statement)
    role = make_url(url).set(username=RUN).render_as_string(hide_password=False)
    with MailCatcher() as catcher:
        made = place(tmp_path, SMALL, role, catcher.port)
        morning = run(made, "morning", SMALL.as_of)
        assert (morning["exit_status"], morning["mails"]["handed"] > 0) == (0, True)
        night = run(made, "housekeeping", LATER)
        assert (night["exit_status"], night["swept"]["landing"] > 0) == (0, True)
    with owner.begin() as conn:
        who = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = :role"
        assert conn.execute(text(who), {"role": RUN}).scalar() == 0
    owner.dispose()
