"""What reaches dondoc on paper and by hand: recommendations, their log, and the dossiers' pauses and transfers.

Every entry knows from which moment it is in the export; `drops.py` cuts the files of a morning from that. Columns
are those of the datasets. Add an entry here when something happens to an item of the story.
"""

from dataclasses import dataclass
from datetime import datetime

from deployments.demo.dossiers import T4, T5, T6
from deployments.demo.posts import UNIT_MAP
from deployments.demo.story import Dossier, at

Row = dict[str, str]
INSPECTOR = "SNV"
INSPECTOR_POST = "Thanh tra viên Phòng Cải cách hành chính, Sở Nội vụ"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row and the moment from which the export holds it; a later one of the same key replaces it."""

    known_from: datetime
    key: str
    row: Row


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _happened(dossier: Dossier, moment: datetime, event: str, reason: str, to_unit: str = "") -> Entry:
    row = {
        "dossier_code": dossier.code,
        "at": _minute(moment),
        "event": event,
        "reason": reason,
        "document_no": "",
        "new_due_at": "",
        "unit_code": UNIT_MAP[dossier.agency],
        "to_unit_code": to_unit,
    }
    return Entry(moment, f"{dossier.code}|{moment}|{event}", row)


DOSSIER_EVENTS: tuple[Entry, ...] = (
    _happened(T4, at(5, 11, 15), "pause", "Yêu cầu bổ sung hồ sơ"),
    _happened(T4, at(12, 11, 9, 30), "resume", "Đã nhận hồ sơ bổ sung"),
    _happened(T6, at(12, 11, 8, 30), "transfer", "Chuyển liên thông thẩm tra hồ sơ đất đai", "SNNMT"),
    _happened(T5, at(13, 11, 10), "pause", "Yêu cầu bổ sung hồ sơ"),
    _happened(T5, at(30, 11, 9), "resume", "Đã nhận hồ sơ bổ sung"),
)


def _recommended(code: str, unit: str, document: str, issued: str, due: str, content: str) -> Row:
    return {
        "recommendation_code": code,
        "unit_code": unit,
        "content": content,
        "issued_on": issued,
        "inspecting_unit_code": INSPECTOR,
        "due_on": due,
        "document_no": document,
    }


_R1 = _recommended(
    "KN-2025-014",
    "31243",
    "118/TB-SNV",
    "2025-06-20",
    "2026-10-30",
    "Niêm yết công khai đầy đủ thủ tục hành chính đang có hiệu lực",
)
_R2 = _recommended(
    "KN-2026-031",
    "31157",
    "246/TB-SNV",
    "2026-11-02",
    "2026-11-30",
    "Ghi đầy đủ thông tin vào sổ theo dõi hồ sơ và lưu trữ đúng quy định",
)
_R3 = _recommended(
    "KN-2026-032",
    "31299",
    "246/TB-SNV",
    "2026-11-02",
    "",
    "Thực hiện việc xin lỗi và hẹn lại bằng văn bản đối với hồ sơ trễ hẹn",
)
_R4 = _recommended(
    "KN-2025-017",
    "31240",
    "119/TB-SNV",
    "2025-06-20",
    "2026-11-20",
    "Chấn chỉnh việc chấp hành thời giờ làm việc và đeo thẻ công chức",
)
_R5 = _recommended(
    "KN-2026-033",
    "31246",
    "247/TB-SNV",
    "2026-11-02",
    "2026-12-07",
    "Bố trí đủ biển chức danh và trang thiết bị tại nơi tiếp nhận hồ sơ",
)

_LONG_KNOWN = at(2, 11, 17)

RECOMMENDATIONS: tuple[Entry, ...] = (
    *(Entry(_LONG_KNOWN, row["recommendation_code"], row) for row in (_R1, _R4, _R2, _R3, _R5)),
    Entry(at(30, 11, 16), _R3["recommendation_code"], _R3 | {"due_on": "2026-12-15"}),
)


def _logged(number: int, of: Row, moment: datetime, event: str, **more: str) -> Entry:
    row = {
        "event_id": f"NK-2026-{number:04d}",
        "recommendation_code": of["recommendation_code"],
        "at": _minute(moment),
        "event": event,
        "note": "",
        "approver": "",
        "document_no": "",
        "new_due_on": "",
        "evidence": "",
        "actor": "",
    }
    return Entry(moment, row["event_id"], row | more)


RECOMMENDATION_EVENTS: tuple[Entry, ...] = (
    _logged(
        91,
        _R2,
        at(5, 11, 9),
        "acknowledge",
        document_no="79/UBND-VP",
        actor="Văn phòng HĐND và UBND phường Thới Long",
    ),
    _logged(
        92,
        _R5,
        at(6, 11, 10, 30),
        "acknowledge",
        document_no="58/UBND-VP",
        actor="Văn phòng HĐND và UBND xã Thạnh Quới",
    ),
    _logged(
        101,
        _R2,
        at(26, 11, 14),
        "report",
        note="Đã hoàn thiện sổ theo dõi hồ sơ quý IV",
        document_no="87/BC-UBND",
        evidence="Bản chụp sổ theo dõi hồ sơ; biên bản tự kiểm tra",
        actor="Văn phòng HĐND và UBND phường Thới Long",
    ),
    _logged(
        102,
        _R4,
        at(27, 11, 9, 30),
        "extend",
        note="Chờ bố trí lại nhân sự sau sắp xếp đơn vị",
        approver="Giám đốc Sở Nội vụ",
        document_no="532/SNV-CCHC",
        new_due_on="2026-12-31",
        actor=INSPECTOR_POST,
    ),
    _logged(
        103,
        _R1,
        at(27, 11, 15, 30),
        "report",
        note="Đã niêm yết đủ thủ tục hành chính tại nơi tiếp nhận",
        document_no="64/BC-UBND",
        evidence="Ảnh chụp bảng niêm yết; danh mục thủ tục đã niêm yết",
        actor="Văn phòng HĐND và UBND xã Thạnh An",
    ),
    _logged(104, _R1, at(30, 11, 14), "verify", note="Đã kiểm tra tại chỗ", actor=INSPECTOR_POST),
    _logged(105, _R1, at(30, 11, 16, 45), "close", actor=INSPECTOR_POST),
    _logged(106, _R2, at(30, 11, 10), "verify", note="Đã đối chiếu sổ với phần mềm", actor=INSPECTOR_POST),
    _logged(107, _R2, at(30, 11, 16, 50), "close", actor=INSPECTOR_POST),
)
