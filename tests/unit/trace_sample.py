"""One dossier, the mail that told of it and the page that answers a complaint: what the tests of pages change."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from tasks.reports.trace_model import (
    FlagSpan,
    Quote,
    SourceVersion,
    Telling,
    TracedItem,
    TracedMail,
    TracePage,
    ValueChange,
)
from tasks.rules.model import (
    DigestItem,
    Flag,
    ItemFacts,
    Role,
    Subject,
)
from tasks.rules.timezone import HANOI

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
SCRIPT = "<script>alert('x')</script>"

FACTS = ItemFacts(
    subject=Subject.DOSSIER,
    item_key="dossier/one-stop/38963",
    system="one-stop",
    code="H13.45-261105-0023",
    flag=Flag.OVERDUE,
    unit_code="SNNMT",
    unit_name="Sở Nông nghiệp và Môi trường",
    recorded_unit_code="31157",
    recorded_unit_name="UBND phường Thới Long",
    arming="a1",
    title="Đăng ký biến động quyền sử dụng đất",
    received_at=datetime(2026, 11, 5, 14, 0, tzinfo=HANOI),
    appointment_on=date(2026, 11, 16),
    own_due_on=date(2026, 11, 16),
    due_at=datetime(2026, 11, 16, 17, 0, tzinfo=HANOI),
    days_late=5,
    tier=1,
    holding_since=date(2026, 11, 12),
    step_name="Thẩm tra",
    data_moment=MORNING,
    rule_version="2026.1",
    calendar_version="2026.1-ab12cd34",
)
MAIL = TracedMail(
    mail_id=3,
    business_date=date(2026, 11, 23),
    audience="head",
    post="Giám đốc Sở Nông nghiệp và Môi trường",
    state="handed",
    reason="",
    kind="reminder",
    revision=1,
    subject="[Đôn đốc] 01 hồ sơ quá hạn 05 ngày làm việc",
    message_id="<abc@example.gov.vn>",
    as_of=MORNING,
    data_moment=MORNING,
    settled_at=MORNING + timedelta(minutes=1),
    run_id="morning-20261123-0730-aaaaaa",
    sha256="cd" * 32,
)
VERSION = SourceVersion(
    number=1,
    source="one-stop",
    known_from=MORNING,
    known_to=MORNING + timedelta(days=4),
    data_moment=MORNING,
    run_id="morning-20261123-0730-aaaaaa",
    sha256="ab" * 32,
    ordinal="7",
    changes=(
        ValueChange(column="status", before=None, after="4"),
        ValueChange(column="holding_unit_code", before=None, after="SNNMT"),
    ),
)
TELLING = Telling(
    mail=MAIL,
    role="asked",
    level=1,
    flag="overdue",
    announced_level=2,
    announced_on=date(2026, 11, 27),
    line=DigestItem(facts=FACTS, role=Role.ASKED, level=1),
    facts=FACTS,
    said=(Quote(heading="QUÁ HẠN", lines=("1. Hồ sơ H13.45-261105-0023: quá hạn 05 ngày làm việc",)),),
    version=VERSION,
)
ITEM = TracedItem(
    item_key=FACTS.item_key,
    subject="dossier",
    system="one-stop",
    code=FACTS.code,
    title=FACTS.title,
    tellings=(TELLING,),
    versions=(VERSION,),
    flags=(
        FlagSpan(
            flag="overdue",
            since=MORNING,
            closed_at=None,
            tier=1,
            due_at=FACTS.due_at,
            days_late=5,
            unit_code="SNNMT",
            disputed=False,
            run_id=MAIL.run_id,
            rule_version="2026.1",
            calendar_version="2026.1-ab12cd34",
        ),
    ),
)


def a_page(item: TracedItem = ITEM, **changes) -> TracePage:
    told = {"reference": item.code, "items": (item,), "as_of": MORNING, "unit_names": {"SNNMT": FACTS.unit_name}}
    return TracePage(**(told | changes))


def text_of(html: str) -> str:
    body = html.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def with_telling(**changes) -> TracePage:
    return a_page(replace(ITEM, tellings=(replace(TELLING, **changes),)))
