"""The paper books of the story as their units typed them off: with every flaw that inspectors wrote of.

Thới Long: a transfer book kept carelessly (Cần Thơ), and a mistyped code, a number left out, one used twice, other days
than in the software. Trường Long: a tracking book that lacks information (Phong Điền). Thạnh An: dossiers that never
went through the software (Mỹ Đức). Thạnh Quới keeps its book well, as a workbook like form 07. No line names a person.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from deployments.demo.dossiers import A1, A2, DEATH, L1, LAND, Q1, SINGLE, T1, T2, T3, T4, T6, T7
from deployments.demo.posts import UNIT_MAP
from deployments.demo.story import Dossier, Procedure, at
from tasks.rules.timezone import HANOI

FOLDER = "registers"
TYPED_OFF = at(30, 11, 16, 30)

_DATE = "%d/%m/%Y"
_TRACKING = (
    "Quyển số",
    "Trang",
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục hành chính",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày trả kết quả",
    "Mã đơn vị",
    "Loại sổ",
)
_TRANSFER = (
    "Quyển số",
    "Trang",
    "STT",
    "Mã hồ sơ",
    "Ngày tiếp nhận",
    "Ngày chuyển",
    "Nơi nhận",
    "Mã đơn vị",
    "Loại sổ",
)
_LABOUR = Procedure(code="1.000105", name="Báo cáo giải trình nhu cầu sử dụng lao động", field="Lao động", days=10)

Line = tuple[str, ...]


def _day(moment: datetime | None) -> str:
    return moment.astimezone(HANOI).strftime(_DATE) if moment else ""


def _tracked(page: int, number: int, dossier: Dossier, **written: str) -> Line:
    """A line as it should be, with whatever the clerk wrote otherwise. The last view of the software is copied."""
    view = dossier.views[-1]
    cells = {
        "code": dossier.code,
        "procedure": dossier.procedure.name,
        "received": _day(dossier.received),
        "due": _day(view.due),
        "returned": _day(view.finished),
    } | written
    unit = UNIT_MAP[dossier.agency]
    return ("01/2026", str(page), str(number), *cells.values(), unit, "Sổ theo dõi")


def _on_paper_alone(page: int, number: int, unit: str, procedure: Procedure, **written: str) -> Line:
    """A dossier that the software never saw."""
    cells = {"code": "", "received": "", "due": "", "returned": ""} | written
    code, received, due, returned = cells.values()
    return ("01/2026", str(page), str(number), code, procedure.name, received, due, returned, unit, "Sổ theo dõi")


def _transferred(number: int, dossier: Dossier, transferred: str, to_unit: str) -> Line:
    unit = UNIT_MAP[dossier.agency]
    received = _day(dossier.received)
    return ("LT-01/2026", "3", str(number), dossier.code, received, transferred, to_unit, unit, "Sổ liên thông")


# The online dossier T5 is in no book; number 216 was left out, 219 given twice.
THOI_LONG: tuple[Line, ...] = (
    _tracked(12, 213, T4),
    _tracked(12, 214, T7),
    _tracked(12, 215, T6, due="17/11/2026"),
    _tracked(12, 217, T1, code="H13.45-2611O9-0012"),
    _tracked(12, 218, T2),
    _tracked(13, 219, T3, returned="27/11/2026"),
    _on_paper_alone(13, 219, "31157", SINGLE, code="H13.45-261120-0058", received="20/11/2026", due="25/11/2026"),
)
TRUONG_LONG: tuple[Line, ...] = (
    _tracked(4, 41, L1, procedure="", due=""),
    _on_paper_alone(4, 42, "31309", DEATH, code="(mờ)", received="12/11/2026", due="19/11/2026"),
    _on_paper_alone(4, 43, "31309", SINGLE, received="1?/11/2026"),
)
# Fields that never came through the software: land and labour.
THANH_AN: tuple[Line, ...] = (
    _tracked(7, 1, A1),
    _on_paper_alone(7, 2, "31231", LAND, code="H13.62-261105-0901", received="05/11/2026", due="16/11/2026"),
    _on_paper_alone(8, 1, "31231", _LABOUR, code="H13.62-261110-0902", received="10/11/2026", due="24/11/2026"),
    _tracked(8, 2, A2),
)
THANH_QUOI: tuple[Line, ...] = (_tracked(2, 18, Q1),)
THOI_LONG_TRANSFERS: tuple[Line, ...] = (
    _transferred(9, T4, "", ""),
    _transferred(10, T6, "12/11/2026", "Sở Nông nghiệp và Môi trường"),
    _transferred(12, T1, "10/11/2026", ""),
)


def write_registers(folder: Path) -> list[Path]:
    """Put the books into `folder`; what lies there already is left alone. Returns the new files."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = {folder / name: body for name, body in registers().items() if not (folder / name).exists()}
    for path, body in fresh.items():
        path.write_bytes(body)
    return list(fresh)


def registers() -> dict[str, bytes]:
    """Name and body of each file."""
    day = TYPED_OFF.strftime("%Y%m%d")
    return {
        f"so-theo-doi-thoi-long-{day}.csv": _csv(_TRACKING, THOI_LONG),
        f"so-theo-doi-truong-long-{day}.csv": _csv(_TRACKING, TRUONG_LONG),
        f"so-theo-doi-thanh-an-{day}.csv": _csv(_TRACKING, THANH_AN),
        f"so-theo-doi-thanh-quoi-{day}.xlsx": _form_07(THANH_QUOI),
        f"so-lien-thong-thoi-long-{day}.csv": _csv(_TRANSFER, THOI_LONG_TRANSFERS),
    }


def _csv(heading: Sequence[str], lines: Sequence[Line]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([heading, *lines])
    return stream.getvalue().encode()


def _form_07(lines: Sequence[Line]) -> bytes:
    """A workbook with a title, a heading over two rows and a block for signatures, the same bytes every time."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": TYPED_OFF.replace(tzinfo=None)})
        sheet = book.add_worksheet("Sổ theo dõi")
        last = len(_TRACKING) - 1
        sheet.merge_range(0, 0, 0, last, "SỔ THEO DÕI HỒ SƠ")
        days = range(_TRACKING.index("Ngày tiếp nhận"), _TRACKING.index("Ngày trả kết quả") + 1)
        sheet.merge_range(1, days[0], 1, days[-1], "Ngày, tháng, năm")
        for column, heading in enumerate(_TRACKING):
            if column in days:
                sheet.write_string(2, column, heading)
            else:
                sheet.merge_range(1, column, 2, column, heading)
        for row, line in enumerate(lines, start=3):
            for column, cell in enumerate(line):
                sheet.write_string(row, column, cell)
        sheet.write_string(len(lines) + 4, last - 1, "NGƯỜI LẬP BIỂU")
    return stream.getvalue()
