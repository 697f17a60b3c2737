"""The digests of the seven mornings, built by hand from the story: what a digest looks like and what each mail says.

Facts of an item are given once; each morning only says how it stands that day.
"""

from dataclasses import replace
from datetime import date, datetime

from tasks.rules.model import (
    Audience,
    Change,
    Cleared,
    ClearedReason,
    Correction,
    CorrectionKind,
    Digest,
    DigestItem,
    DigestKind,
    Flag,
    ItemFacts,
    NextStep,
    Recipient,
    Role,
    Section,
    Subject,
)
from tasks.rules.timezone import HANOI

THOI_LONG = ("31157", "UBND phường Thới Long")
THANH_AN = ("31231", "UBND xã Thạnh An")
THANH_QUOI = ("31246", "UBND xã Thạnh Quới")
PHONG_DIEN = ("31299", "UBND xã Phong Điền")
SNNMT = ("SNNMT", "Sở Nông nghiệp và Môi trường")
SNV = ("SNV", "Sở Nội vụ")
CITY = ("92", "UBND thành phố Cần Thơ")
OLD_THANH_THANG = ("31243", "UBND xã Thạnh Thắng")
OLD_THANH_AN = ("31240", "UBND xã Thạnh An")
RESOLUTION = "Nghị quyết số 1668/NQ-UBTVQH15"


def at(day: int, hour: int = 17, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=HANOI)


def on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


def recipient(unit: tuple[str, str], post: str, address: str, acting_for: str = "") -> Recipient:
    address += "@cantho.example.gov.vn"
    return Recipient(address=address, post=post, unit_code=unit[0], unit_name=unit[1], acting_for=acting_for)


H1 = recipient(THOI_LONG, "Chủ tịch UBND phường Thới Long", "chutich.thoilong")
H2 = recipient(THANH_AN, "Phó Chủ tịch UBND xã Thạnh An", "phochutich.thanhan", "Chủ tịch UBND xã Thạnh An")
H3 = recipient(THANH_QUOI, "Chủ tịch UBND xã Thạnh Quới", "chutich.thanhquoi")
H4 = recipient(SNNMT, "Giám đốc Sở Nông nghiệp và Môi trường", "giamdoc.snnmt")
INSPECTING = recipient(SNV, "Giám đốc Sở Nội vụ", "giamdoc.snv")
SUPERIOR = recipient(CITY, "Phó Chủ tịch UBND thành phố Cần Thơ", "phochutich.cantho")


def dossier(code: str, unit: tuple[str, str], received: datetime, due: date | None, **more: object) -> ItemFacts:
    recorded = more.pop("recorded", unit)
    facts = ItemFacts(
        subject=Subject.DOSSIER,
        item_key=f"dossier/one-stop/{code}",
        system="one-stop",
        code=code,
        flag=Flag.OVERDUE,
        unit_code=unit[0],
        unit_name=unit[1],
        recorded_unit_code=recorded[0],
        recorded_unit_name=recorded[1],
        arming=f"term-{code}",
        received_at=received,
        appointment_on=due,
        own_due_on=due,
        due_at=due and datetime(due.year, due.month, due.day, 17, tzinfo=HANOI),
        source="one-stop",
    )
    return replace(facts, **more)


def recommendation(code: str, unit: tuple[str, str], issued: date, due: date | None, **more: object) -> ItemFacts:
    recorded = more.pop("recorded", unit)
    facts = ItemFacts(
        subject=Subject.RECOMMENDATION,
        item_key=f"recommendation/recommendations/{code}",
        system="recommendations",
        code=code,
        flag=Flag.OVERDUE,
        unit_code=unit[0],
        unit_name=unit[1],
        recorded_unit_code=recorded[0],
        recorded_unit_name=recorded[1],
        arming=f"term-{code}",
        issued_on=issued,
        due_at=due and datetime(due.year, due.month, due.day, 17, tzinfo=HANOI),
        source="recommendations",
    )
    return replace(facts, **more)


CHECKING, SIGNING = "Thẩm định hồ sơ", "Trình ký"

T1 = dossier(
    "H13.45-261109-0012", THOI_LONG, at(9, 9, 10), on(16),
    title="Đăng ký lại khai sinh", field="Hộ tịch", step_name=CHECKING,
)  # fmt: skip
T2 = dossier(
    "H13.45-261113-0041", THOI_LONG, at(13, 17, 20), on(23),
    title="Đăng ký lại kết hôn", field="Hộ tịch", step_name=CHECKING, appointment_on=on(20),
)  # fmt: skip
T3 = dossier(
    "H13.45-261119-0007", THOI_LONG, at(19, 9), on(25),
    title="Đăng ký thành lập hộ kinh doanh", field="Hộ kinh doanh", step_name=SIGNING,
)  # fmt: skip
T4 = dossier(
    "H13.45-261102-0019", THOI_LONG, at(2, 10, 15), on(23), title="Điều chỉnh trợ cấp xã hội hằng tháng",
    field="Bảo trợ xã hội", step_name=SIGNING,
)  # fmt: skip
T5 = dossier(
    "H13.45-261110-0008", THOI_LONG, at(10, 8, 40), None,
    title="Cấp giấy phép bán lẻ rượu", field="Lưu thông hàng hóa", step_name="Chờ bổ sung hồ sơ",
    flag=Flag.PAUSED_PAST_DUE, appointment_on=on(17), paused_since=at(13, 10),
)  # fmt: skip
T6 = dossier(
    "H13.45-261105-0023", SNNMT, at(5, 14), on(16), recorded=THOI_LONG, holding_since=on(12),
    title="Đăng ký biến động quyền sử dụng đất", field="Đất đai", step_name="Thẩm tra hồ sơ đất đai",
)  # fmt: skip
A1 = dossier(
    "H13.62-261026-0005", THANH_AN, at(26, 8, 30, 10), on(29, 10), title="Cấp giấy xác nhận tình trạng hôn nhân",
    field="Hộ tịch", step_name=CHECKING,
)  # fmt: skip
A2 = dossier(
    "H13.62-261120-0009", THANH_AN, at(20, 10), on(30),
    title="Hỗ trợ chi phí mai táng", field="Bảo trợ xã hội", step_name=CHECKING,
)  # fmt: skip
Q1 = dossier(
    "H13.65-261112-0014", THANH_QUOI, at(12, 13, 45), on(19),
    title="Đăng ký lại khai sinh", field="Hộ tịch", step_name=SIGNING,
)  # fmt: skip
S1 = dossier(
    "H13.08-261116-0031", SNNMT, at(16, 16, 30), on(23),
    title="Cấp giấy chứng nhận đủ điều kiện an toàn thực phẩm", field="Chất lượng nông, lâm, thủy sản",
    step_name=SIGNING,
)  # fmt: skip
S2 = dossier(
    "H13.08-261120-0017", SNNMT, at(20, 15), on(25), title="Cấp lại chứng chỉ hành nghề thú y", field="Thú y",
    step_name=CHECKING,
)  # fmt: skip
R1 = recommendation(
    "KN-2025-014", THANH_AN, date(2025, 6, 20), on(30, 10), recorded=OLD_THANH_THANG, succession_basis=RESOLUTION,
    title="Niêm yết công khai đầy đủ thủ tục hành chính đang có hiệu lực", document_no="118/TB-SNV",
)  # fmt: skip
R2 = recommendation(
    "KN-2026-031", THOI_LONG, on(2), on(30),
    title="Ghi đầy đủ thông tin vào sổ theo dõi hồ sơ và lưu trữ đúng quy định", document_no="246/TB-SNV",
)  # fmt: skip
R3 = recommendation(
    "KN-2026-032", SNV, on(2), None, recorded=PHONG_DIEN, owner_unit_name=PHONG_DIEN[1],
    title="Thực hiện việc xin lỗi và hẹn lại bằng văn bản đối với hồ sơ trễ hẹn", document_no="246/TB-SNV",
    flag=Flag.DUE_DATE_MISSING, proposed_due_on=on(2, 12),
)  # fmt: skip
R4 = recommendation(
    "KN-2025-017", THANH_QUOI, date(2025, 6, 20), on(20), recorded=OLD_THANH_AN, succession_basis=RESOLUTION,
    title="Chấn chỉnh việc chấp hành thời giờ làm việc và đeo thẻ công chức", document_no="119/TB-SNV",
)  # fmt: skip
R5 = recommendation(
    "KN-2026-033", THANH_QUOI, on(2), on(7, 12),
    title="Bố trí đủ biển chức danh và trang thiết bị tại nơi tiếp nhận hồ sơ", document_no="247/TB-SNV",
)  # fmt: skip


def late(facts: ItemFacts, days: int, change: Change, next_on: date, level: int = 1) -> DigestItem:
    """An overdue item at its ladder level, with the next step announced."""
    audience = Audience.SUPERIOR if level == 1 else Audience.LEADERSHIP
    return DigestItem(
        facts=replace(facts, flag=Flag.OVERDUE, days_late=days, tier=1 if days <= 5 else 2),
        role=Role.ASKED,
        level=level,
        change=change,
        next_step=NextStep(level=level + 1, audience=audience, on=next_on),
    )


def soon(facts: ItemFacts, left: int, change: Change = Change.SAME) -> DigestItem:
    return DigestItem(facts=replace(facts, flag=Flag.DUE_SOON, days_left=left), role=Role.ASKED, change=change)


def asked(facts: ItemFacts, change: Change = Change.SAME) -> DigestItem:
    return DigestItem(facts=facts, role=Role.ASKED, change=change)


def informed(facts: ItemFacts, days: int) -> DigestItem:
    return DigestItem(facts=replace(facts, days_late=days), role=Role.INFORMED)


def cleared(facts: ItemFacts, reason: ClearedReason, when: datetime | None = None, **more: object) -> DigestItem:
    return DigestItem(facts=facts, role=Role.CLEARED, cleared=Cleared(reason=reason, at=when, **more))


def to_verify(facts: ItemFacts, reported: datetime, change: Change = Change.SAME) -> DigestItem:
    """The inspecting body is asked; the unit that owes the remedy stands beside it."""
    verify = replace(
        facts,
        flag=Flag.AWAITING_VERIFICATION,
        unit_code=SNV[0],
        unit_name=SNV[1],
        owner_unit_name=facts.unit_name,
        due_at=None,
        reported_at=reported,
    )
    return asked(verify, change)


def escalated(item: DigestItem) -> DigestItem:
    """The same item in the superior's mail: new to him, with the day since which the head has been asked."""
    return replace(item, change=Change.NEW, asked_since=on(23))


def mail(
    day: date,
    to: Recipient,
    *sections: tuple[tuple[str, str], tuple[DigestItem, ...]],
    audience: Audience = Audience.HEAD,
    kind: DigestKind = DigestKind.REMINDER,
) -> Digest:
    moment = datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI)
    return Digest(
        business_date=day,
        audience=audience,
        recipient=to,
        revision=1,
        kind=kind,
        sections=tuple(Section(unit_code=code, unit_name=name, items=items) for (code, name), items in sections),
        as_of=moment,
        data_moment=moment,
    )


NEW, WORSE, SAME = Change.NEW, Change.WORSE, Change.SAME
FRIDAY, LEADERSHIP_ON = on(27), on(11, 12)
ON_TIME, LATE_DONE, EARLY = ClearedReason.RESOLVED_ON_TIME, ClearedReason.RESOLVED_LATE, ClearedReason.RESOLVED_EARLY
PAST = replace(T2, flag=Flag.PAST_APPOINTMENT)

A1_FRIDAY, R1_FRIDAY = late(A1, 20, WORSE, LEADERSHIP_ON, 2), late(R1, 19, WORSE, LEADERSHIP_ON, 2)
R4_FRIDAY, T6_FRIDAY = late(R4, 4, WORSE, LEADERSHIP_ON, 2), late(T6, 8, WORSE, LEADERSHIP_ON, 2)
T2_WRONG = Correction(
    kind=CorrectionKind.ALREADY_RESOLVED, told_on=(on(23), on(25)), mails=(1, 7), at=at(20, 15),
)  # fmt: skip

MAILS: dict[str, Digest] = {
    "2026-11-23_H1": mail(on(23), H1, (THOI_LONG, (
        late(T1, 5, NEW, FRIDAY), asked(PAST, NEW), soon(T4, 0, NEW), soon(T3, 1, NEW), soon(R2, 4, NEW),
        asked(T5, NEW), informed(T6, 5)))),
    "2026-11-23_H2": mail(on(23), H2, (THANH_AN, (late(A1, 17, NEW, FRIDAY), late(R1, 16, NEW, FRIDAY)))),
    "2026-11-23_H3": mail(on(23), H3, (THANH_QUOI, (late(Q1, 2, NEW, FRIDAY), late(R4, 1, NEW, FRIDAY)))),
    "2026-11-23_H4": mail(on(23), H4, (SNNMT, (late(T6, 5, NEW, FRIDAY), soon(S1, 0, NEW), soon(S2, 1, NEW)))),
    "2026-11-23_I": mail(on(23), INSPECTING, (SNV, (asked(R3, NEW),)), audience=Audience.INSPECTING),
    "2026-11-25_H1": mail(on(25), H1, (THOI_LONG, (
        late(T1, 6, WORSE, FRIDAY), late(T2, 1, WORSE, on(30)), soon(T3, 0), soon(R2, 3), asked(T5), informed(T6, 6),
        cleared(T4, ON_TIME, at(23, 16))))),
    "2026-11-25_H4": mail(on(25), H4, (SNNMT, (
        late(T6, 6, WORSE, FRIDAY), soon(S2, 0), cleared(S1, ON_TIME, at(23, 15))))),
    "2026-11-26_H2": mail(on(26), H2, (THANH_AN, (
        late(A1, 19, SAME, FRIDAY), late(R1, 18, SAME, FRIDAY), soon(A2, 2, NEW)))),
    "2026-11-26_H4": mail(on(26), H4, (SNNMT, (late(T6, 7, SAME, FRIDAY), late(S2, 1, WORSE, on(1, 12))))),
    "2026-11-27_H1": mail(on(27), H1, (THOI_LONG, (
        DigestItem(facts=T2, role=Role.CORRECTED, correction=T2_WRONG), asked(T5), informed(T6, 8),
        cleared(T1, LATE_DONE, at(26, 15), days_late=7), cleared(T3, ON_TIME, at(25, 16)),
        cleared(R2, ClearedReason.REPORTED, at(26, 14))))),
    "2026-11-27_H2": mail(on(27), H2, (THANH_AN, (A1_FRIDAY, R1_FRIDAY, soon(A2, 1)))),
    "2026-11-27_H3": mail(on(27), H3, (THANH_QUOI, (
        R4_FRIDAY, cleared(Q1, LATE_DONE, at(23, 15), days_late=2)))),
    "2026-11-27_H4": mail(on(27), H4, (SNNMT, (T6_FRIDAY, cleared(S2, LATE_DONE, at(26, 16), days_late=1)))),
    "2026-11-27_P": mail(on(27), SUPERIOR,
        (THANH_AN, (escalated(A1_FRIDAY), escalated(R1_FRIDAY))), (SNNMT, (escalated(T6_FRIDAY),)),
        (THANH_QUOI, (escalated(R4_FRIDAY),)), audience=Audience.SUPERIOR),
    "2026-11-27_I": mail(on(27), INSPECTING, (SNV, (to_verify(R2, at(26, 14), NEW), asked(R3))),
        audience=Audience.INSPECTING),
    "2026-11-30_H3": mail(on(30), H3, (THANH_QUOI, (
        soon(R5, 5, NEW),
        cleared(R4, ClearedReason.EXTENDED, None, until=on(31, 12), document="532/SNV-CCHC", days_late=5)))),
    "2026-11-30_H4": mail(on(30), H4, (SNNMT, (cleared(T6, LATE_DONE, at(27, 11), days_late=8),)),
        kind=DigestKind.ALL_CLEAR),
    "2026-11-30_I": mail(on(30), INSPECTING, (SNV, (
        to_verify(R1, at(27, 15), NEW), to_verify(R2, at(26, 14)), asked(R3))), audience=Audience.INSPECTING),
    "2026-12-01_H1": mail(on(1, 12), H1, (THOI_LONG, (cleared(T5, EARLY, at(30, 16, 30)),)),
        kind=DigestKind.ALL_CLEAR),
    "2026-12-01_H2": mail(on(1, 12), H2, (THANH_AN, (
        cleared(A1, LATE_DONE, at(27, 16), days_late=20), cleared(R1, ClearedReason.VERIFIED, at(30, 15)),
        cleared(A2, ON_TIME, at(30, 15)))), kind=DigestKind.ALL_CLEAR),
    "2026-12-01_I": mail(on(1, 12), INSPECTING, (SNV, (
        cleared(R1, ClearedReason.VERIFIED, at(30, 15)), cleared(R2, ClearedReason.VERIFIED, at(30, 15)),
        cleared(R3, ClearedReason.DUE_DATE_SET, None, until=on(15, 12)))),
        audience=Audience.INSPECTING, kind=DigestKind.ALL_CLEAR),
}  # fmt: skip
