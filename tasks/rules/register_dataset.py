"""The dataset of the paper books, typed off: only read and compared, never stored, so not among `datasets.DATASETS`.

Headings as in form 07 of Circular 03/2025/TT-VPCP and in the books in use. Only those of the required columns must be
there; any cell may be empty. Codes are texts here: what a spreadsheet made of one is an illegible cell of its line, not
a line that cannot be trusted.
"""

from tasks.rules.dataset_types import Column, Dataset, Kind, Mode


def _text(name: str, *headings: str, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, required, headings)


def _at(name: str, *headings: str, required: bool = False, fill: str = "close") -> Column:
    return Column(name, Kind.INSTANT, required, headings, fill)


REGISTER = Dataset(
    "register",
    (
        _text("book", "Sổ", "Quyển số", "Quyển", "Sổ số", required=True),
        _text("page", "Trang", "Trang số", "Số trang", required=True),
        _text("line", "STT", "TT", "Số TT", "Số thứ tự", required=True),
        _text("dossier_code", "Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "Số biên nhận", required=True),
        _at(
            "received_at",
            "Ngày tiếp nhận",
            "Ngày nhận",
            "Ngày nhận hồ sơ",
            "Ngày tiếp nhận hồ sơ",
            "Ngày, tháng, năm tiếp nhận",
            "Ngày, tháng, năm nhận hồ sơ",
            "Nhận hồ sơ",
            required=True,
            fill="open",
        ),
        _text("book_kind", "Loại sổ"),
        Column("unit_code", Kind.CODE, headings=("Mã đơn vị",)),
        _text("procedure_name", "Tên thủ tục hành chính", "Tên thủ tục", "Tên TTHC", "Thủ tục", "Trích yếu"),
        _at(
            "due_at",
            "Ngày hẹn trả",
            "Ngày hẹn trả kết quả",
            "Ngày hẹn",
            "Hẹn trả kết quả",
            "Ngày, tháng, năm hẹn trả kết quả",
        ),
        _at(
            "returned_at",
            "Ngày trả kết quả",
            "Ngày trả",
            "Trả kết quả",
            "Ngày, tháng, năm trả kết quả",
        ),
        _at("transferred_on", "Ngày chuyển", "Ngày chuyển hồ sơ", "Ngày giao", "Ngày chuyển liên thông"),
        _text("to_unit", "Nơi nhận", "Đơn vị nhận", "Cơ quan nhận", "Nơi chuyển đến"),
    ),
    key=("book", "page", "line"),
    mode=Mode.SNAPSHOT,
)
