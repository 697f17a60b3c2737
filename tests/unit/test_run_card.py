"""The card of a run as a page: in words, without markup or addresses."""

from datetime import date

from tasks.reports.card import card_markdown
from tasks.reports.card_page import card_page
from tasks.rules.model import (
    Audience,
    Bulletin,
    Flag,
    MailLine,
    Recipient,
    SourceLine,
)
from tests.unit.trace_sample import FACTS, MORNING, SCRIPT, text_of


def a_bulletin() -> Bulletin:
    line = MailLine(
        mail_id=1,
        audience=Audience.HEAD,
        recipient="Chủ tịch <UBND>",
        address="h1@example.gov.vn",
        state="uncertain",
        subject=SCRIPT,
        asked=1,
    )
    return Bulletin(
        business_date=date(2026, 11, 26),
        as_of=MORNING,
        recipient=Recipient(address="ops@example.gov.vn", post="Bộ phận vận hành"),
        revision=1,
        sources=(SourceLine(name="one-stop", dataset="dossiers", pulled=20, data_moment=MORNING),),
        quarantine_reasons=(),
        flags=((Flag.OVERDUE, 8),),
        mails=(line,),
        no_recipient=(FACTS,),
        ops_items=(),
        uncertain=(line,),
        disputes=(),
        mode="live",
    )


def test_the_run_card_is_a_page_in_words_without_markup_or_addresses():
    page = card_page(card_markdown(a_bulletin(), dry_run=False, locale="vi"), "vi")
    text = text_of(page)
    assert "<script" not in page
    assert "@example" not in page
    assert "quá hạn 8" in text
    assert "chưa rõ kết quả" in text
    assert "overdue" not in page
    assert "Chủ tịch &lt;UBND&gt;" in page


def test_signs_that_markdown_would_read_are_shown_as_they_are():
    page = card_page("# Mã \\[D-1\\]\n\n| A\\|B | C |\n| --- | --- |\n| x\\_y\\_z | **đậm** \\*\\* \\<b\\> |\n", "vi")
    assert "<h1>Mã [D-1]</h1>" in page
    assert '<th scope="col">A|B</th>' in page
    assert '<td data-head="A|B">x_y_z</td>' in page
    assert "<b>đậm</b> ** &lt;b&gt;" in page
