"""The bulletin to ops: calm or not, it names what needs a person."""

from dataclasses import replace
from datetime import datetime

import pytest

from tasks.mail.render import render_bulletin
from tasks.rules.model import (
    Audience,
    Bulletin,
    Flag,
    MailLine,
    OpenDifferences,
    Recipient,
    SourceLine,
)
from tasks.rules.timezone import HANOI
from tests.unit import story_digests as story
from tests.unit.mail_kit import STYLE

OPS = Recipient(address="ops@sonoivu.example.gov.vn", post="Bộ phận vận hành")
SENT = MailLine(
    mail_id=1, audience=Audience.HEAD, recipient="Chủ tịch UBND phường Thới Long",
    address="chutich.thoilong@cantho.example.gov.vn", state="handed", subject="[Đôn đốc] 01 hồ sơ quá hạn", asked=6,
)  # fmt: skip
LOST = replace(SENT, mail_id=9, recipient="Giám đốc Sở Nông nghiệp và Môi trường", state="uncertain")
CALM = Bulletin(
    business_date=story.on(23), as_of=datetime(2026, 11, 23, 7, 30, tzinfo=HANOI), recipient=OPS, revision=1,
    sources=(SourceLine(name="one-stop", dataset="dossiers", pulled=13, new=13),), quarantine_reasons=(),
    flags=((Flag.OVERDUE, 5),), mails=(SENT,), no_recipient=(), ops_items=(), uncertain=(), disputes=(), mode="live",
)  # fmt: skip
BOOK = OpenDifferences(count=12, since=story.on(16), looked_on=story.on(23))
NEEDS = [
    ({"stopped": True}, "Nút dừng đang bật"),
    ({"mode": "shadow"}, "không gửi cho ai"),
    ({"uncertain": (LOST,), "mails": (SENT, LOST)}, "Thư số 9 gửi Giám đốc Sở Nông nghiệp và Môi trường: chưa rõ"),
    ({"mails": (replace(SENT, state="refused"),)}, "Thư số 1 gửi Chủ tịch UBND phường Thới Long: bị từ chối."),
    (
        {"sources": (replace(CALM.sources[0], state="refused", error="thiếu cột mã hồ sơ"),)},
        "Nguồn one-stop: thiếu cột",
    ),
    ({"sources": (replace(CALM.sources[0], quarantined=7, quarantined_new=7),)}, "07 bản ghi mới bị loại"),
    (
        {"no_recipient": (story.Q1,)},
        "UBND xã Thạnh Quới: 01 nội dung chưa có người nhận thư (hồ sơ H13.65-261112-0014).",
    ),
    ({"ops_items": (replace(story.T1, flag=Flag.DUE_MISMATCH),)}, "ngày hẹn lệch với thời hạn theo quy định"),
    ({"disputes": ("H13.45-261113-0041",)}, "Đang được kiểm tra lại: H13.45-261113-0041."),
    ({"over_cap": 2500}, "2.500 thư chờ gửi, vượt mức của một lượt"),
    ({"too_late": 2, "catch_up": "15:00"}, "02 thư chưa đi khi hết khung giờ gửi. Gửi bù đến 15:00 hôm nay: dondoc"),
    (
        {"no_superior": (story.Q1,)},
        "UBND xã Thạnh Quới: 01 nội dung đã đến mức báo cáo cấp trên trực tiếp nhưng danh bạ chưa có cấp trên",
    ),
    ({"blanked": ("H13.45-261113-0041",)}, "đề nghị sửa ở nguồn: H13.45-261113-0041."),
    ({"differences": BOOK}, "Đối soát ngày 23/11/2026: 12 sai lệch đang mở, lâu nhất từ 16/11/2026. Xem"),
    ({"differences": replace(BOOK, returned=2)}, "; 02 chỗ đã khắc phục nay quay lại. Xem: dondoc differences list"),
]


def test_a_calm_bulletin_is_sent_too_and_says_so():
    mail = render_bulletin(CALM, STYLE)
    assert mail.subject == "[Vận hành] Bản tin ngày 23/11/2026: không có việc cần xử lý"
    assert mail.text.startswith("Kính gửi: Bộ phận vận hành\n")
    assert "Không có việc cần người xử lý.\nThư hôm nay: 01 đã gửi.\n" in mail.text
    assert "CẦN NGƯỜI XỬ LÝ" not in mail.text


@pytest.mark.parametrize(("change", "line"), NEEDS, ids=[n[1] for n in NEEDS])
def test_the_bulletin_names_what_needs_a_person(change, line):
    mail = render_bulletin(replace(CALM, **change), STYLE)
    needs = mail.text.partition("CẦN NGƯỜI XỬ LÝ")[2].partition("\n\nNGUỒN")[0]
    assert line in needs
    assert "01 việc cần xử lý" in mail.subject
    assert "@" not in mail.text
    assert "need" in render_bulletin(replace(CALM, **change), STYLE, "en").subject


def test_where_the_audit_ended_is_told_and_is_nobodys_telephone_number():
    told = render_bulletin(replace(CALM, audit=(12, "0912345678912345")), STYLE)
    assert "12 việc tính đến đầu ngày, dấu 0912345678912345; đối chiếu: dondoc audit check --rows 12" in told.text
    assert told.subject == render_bulletin(CALM, STYLE).subject  # no work for anybody
