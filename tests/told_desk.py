"""A warehouse in which one item was told, and commands typed at its desks in this process."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from deployments.cli import app
from tasks.mail.frozen import freeze
from tasks.mail.letter import MailStyle
from tasks.mail.message import MessageHeaders, build_message
from tasks.mail.render import render_digest
from tasks.rules.model import Audience, Digest, DigestItem, DigestKind, Role, Section
from tasks.rules.timezone import HANOI
from tests.unit.story_digests import H1, THOI_LONG, dossier
from tests.warehouse_samples import (
    DAY,
    MONDAY,
    MORNING,
    a_batch,
    a_dossier,
    a_flag,
    a_mail,
    a_unit,
    an_item,
    merge,
    units_batch,
)
from warehouse import flag_store, ledger
from warehouse.engine import open_engine, transaction
from warehouse.landed import register_landed
from warehouse.runs import start_run

KEY = "dossier/one-stop/1"
CONFIG = """
[warehouse]
url = "{url}"
sandbox = true

[mail]
sender = "dondoc@example.gov.vn"
ops = ["ops@example.gov.vn"]
"""


def told_copy(played: Callable[..., str], folder: Path) -> Path:
    """`told_folder` made once and copied into the test's folder, by the fixture `played`."""
    return configured(told_url(played, "sqlite"), folder)


def told_url(played: Callable[..., str], kind: str) -> str:
    """The warehouse of it alone, in a database of the test's own."""
    return played("told", kind, lambda folder, url: told_folder(url, folder))


def told_folder(url: str, tmp_path: Path) -> Path:
    """A configured warehouse in which H1 was told overdue on Monday and resolved on Tuesday."""
    configured(url, tmp_path)
    engine = open_engine(url)
    with transaction(engine) as conn:
        start_run(conn, "run-1", "morning", MONDAY, MORNING, MORNING)
        start_run(conn, "run-2", "morning", MONDAY + DAY, MORNING + DAY, MORNING + DAY)
        register_landed(
            conn,
            sha256="ab" * 32,
            source="one-stop",
            path="one-stop/x.gz",
            name="page-1.json",
            size=100,
            data_moment=MORNING,
            landed_at=MORNING,
        )
        merge(conn, units_batch([a_unit("31157", name="UBND phường Thới Long")]))
        merge(conn, a_batch([a_dossier("1"), a_dossier("2", dossier_code="TWIN"), a_dossier("3", dossier_code="TWIN")]))
        flag_store.bring_into_line(
            conn,
            [a_flag("1", code="H1")],
            as_of=MORNING,
            business_date=MONDAY,
            run_id="run-1",
            rule_version="2026.1",
            calendar_version="2026.1-x",
        )
        _told(conn)
        changed = a_dossier("1", content="two", status="9", resolved_at=datetime(2026, 11, 23, 9, tzinfo=HANOI))
        merge(conn, a_batch([changed], as_of=MORNING + DAY, run_id="run-2"))
    engine.dispose()
    return tmp_path


def configured(url: str, folder: Path) -> Path:
    (folder / "dondoc.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    return folder


def _told(conn) -> None:
    """The mail of Monday, as the pipeline renders and stores it."""
    facts = dossier("H1", THOI_LONG, datetime(2026, 11, 9, 9, 10, tzinfo=HANOI), MONDAY - timedelta(days=7))
    line = DigestItem(facts=facts, role=Role.ASKED, level=1)
    digest = Digest(
        business_date=MONDAY,
        audience=Audience.HEAD,
        recipient=H1,
        revision=1,
        kind=DigestKind.REMINDER,
        sections=(Section(unit_code=THOI_LONG[0], unit_name=THOI_LONG[1], items=(line,)),),
        as_of=MORNING,
        data_moment=MORNING,
    )
    told = freeze(digest)
    told["sections"][0]["items"][0]["facts"]["item_key"] = KEY
    headers = MessageHeaders(
        sender="dondoc@example.gov.vn",
        to=H1.address,
        business_date=MONDAY,
        audience=Audience.HEAD,
        revision=1,
        as_of=MORNING,
    )
    rendered = render_digest(digest, MailStyle())
    mail = a_mail(
        H1.address,
        digest=told,
        subject=rendered.subject,
        body=build_message(rendered, headers),
        message_id=headers.message_id,
        post=H1.post,
    )
    mail_id = ledger.plan(conn, mail, [an_item("1", code="H1")])
    ledger.claim(conn, mail_id, "run-1", MORNING)
    ledger.mark_in_data(conn, mail_id, MORNING)
    ledger.mark_handed(conn, mail_id, MORNING)


def typed_in(folder: Path) -> Callable[..., Any]:
    """Type a command; returns what it printed, or the refusal it ended with."""

    def call(*words: object) -> Any:
        result = CliRunner().invoke(app, ["--config", str(folder / "dondoc.toml"), *map(str, words)])
        if isinstance(result.exception, SystemExit) or result.exception is None:
            return result.stdout
        return result.exception

    return call
