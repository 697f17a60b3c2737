"""The part of the guide of `init` on paper registers: how a book is typed off, and which headings are read.

Headings come from the catalogue (`tasks/rules/register_dataset`), so that the guide never says other than what is read;
the sections on datasets are init_guide.py's.
"""

from collections.abc import Iterator

from tasks.rules.dataset_types import Column
from tasks.rules.register_cells import REQUIRED
from tasks.rules.register_dataset import REGISTER
from tasks.rules.register_model import BookKind

_TEXTS = {
    "title": ("Sổ giấy (`register`)", "Paper registers (`register`)"),
    "purpose": (
        "Sổ theo dõi hồ sơ (mẫu số 07, Thông tư 03/2025/TT-VPCP) và sổ liên thông, nhập thành tệp để đối soát với phần "
        "mềm một cửa: `dondoc run reconcile`. Tệp chỉ được đọc, không lưu vào kho. Tệp mẫu: thư mục registers/.",
        "Tracking books (form 07 of Circular 03/2025/TT-VPCP) and transfer books, typed off to be compared with the "
        "one-stop software: `dondoc run reconcile`. They are only read, never stored. Samples: the folder registers/.",
    ),
    "columns": (
        "| Tên cột, viết một trong các cách | Tên kỹ thuật | Phải có cột |\n|---|---|---|",
        "| Heading, any of these | Name | Heading required |\n|---|---|---|",
    ),
    "yes": ("**có**", "**yes**"),
    "needed": (
        "Ô để trống bị tính là thiếu thông tin: sổ theo dõi thì {tracking}, và ngày trả kết quả khi phần mềm ghi đã "
        "trả; sổ liên thông thì {transfer}.",
        "An empty cell counts as lacking: in a tracking book {tracking}, and the day of return once the software says "
        "that the result was given; in a transfer book {transfer}.",
    ),
    "rules": ("Cách nhập:", "How to type:"),
    "rule_list": (
        "Mỗi dòng của sổ là một dòng của tệp, đúng thứ tự, kể cả dòng trống và dòng hủy: để nguyên số thứ tự.\n"
        "Dòng hủy ghi “Hủy” ở ô số thứ tự, mã hồ sơ hoặc tên thủ tục; số của dòng vẫn được tính là có.\n"
        "Ghi quyển, trang, số thứ tự như trong sổ. Quyển, trang, mã đơn vị, loại sổ chỉ cần ghi ở dòng đầu; dòng dưới "
        "để trống thì lấy như dòng trên.\n"
        "Một tệp có thể gồm nhiều quyển, cả sổ theo dõi lẫn sổ liên thông (cột Loại sổ); mỗi quyển ghi mã đơn vị của "
        "mình, đúng như trong danh mục đơn vị.\n"
        "Ô không đọc được thì ghi “(mờ)” hoặc thay chữ số không rõ bằng dấu hỏi: `1?/11/2026`. Không đoán.\n"
        "Dòng cộng, chữ ký, tiêu đề lặp lại được bỏ qua.\n"
        "Không nhập họ tên, số giấy tờ, điện thoại, địa chỉ của công dân; cột khác có trong tệp không được đọc.\n"
        "Tên tệp có ngày, ví dụ `so-theo-doi-99001-20261121.csv`: các tệp chỉ khác nhau ngày là một bộ, chỉ tệp mới "
        "nhất được đọc. Tệp cũ hơn chỉ được đọc khi nêu tên bằng --register.\n"
        "Đọc CSV (UTF-8) và XLSX. PDF, Word, ảnh chụp không được đọc, chỉ được nêu tên trong kết quả. Tệp bắt đầu bằng "
        "`thong-ke` là số liệu thống kê, không phải sổ.",
        "One line of the book is one line of the file, in order, blank and cancelled ones too: keep their numbers.\n"
        "A cancelled line says “Hủy” as its number, code or procedure; its number counts as present.\n"
        "Book, page and number stand as on paper. Book, page, unit code and kind of book may be written once: an empty "
        "cell takes what stands above.\n"
        "A file may hold several books, tracking and transfer books alike (column Loại sổ); each bears the code of its "
        "unit as the directory of units has it.\n"
        "What cannot be read is typed as “(mờ)”, or with a question mark for a digit: `1?/11/2026`. Do not guess.\n"
        "Totals, signatures and repeated headings are passed over.\n"
        "Type no names, identity numbers, phones or addresses of citizens; other columns are not read.\n"
        "The file name bears a date, as in `so-theo-doi-99001-20261121.csv`: files that differ in the date alone are "
        "one series, of which the newest is read. Older ones are read only when named by --register.\n"
        "CSV (UTF-8) and XLSX are read. PDF, Word and pictures are not, the result only names them. A file that begins "
        "with `thong-ke` holds figures and is no book.",
    ),
}


def register_section(locale: str) -> Iterator[str]:
    """The section in Markdown, line by line."""
    yield f"\n## {_say('title', locale)}\n"
    yield _say("purpose", locale) + "\n"
    yield _say("columns", locale)
    yield from (_column(column, locale) for column in REGISTER.columns)
    needed = {kind.value: ", ".join(heading_of(name) for name in REQUIRED[kind]) for kind in BookKind}
    yield "\n" + _say("needed", locale, **needed)
    yield f"\n{_say('rules', locale)}\n"
    yield from (f"- {rule}" for rule in _say("rule_list", locale).splitlines())


def heading_of(name: str) -> str:
    """The first heading of a column of registers, as clerks know it."""
    return next(column.headings[0] for column in REGISTER.columns if column.name == name)


def _column(column: Column, locale: str) -> str:
    required = _say("yes", locale) if column.required else ""
    return f"| {', '.join(column.headings)} | `{column.name}` | {required} |"


def _say(key: str, locale: str, **words: object) -> str:
    return _TEXTS[key][locale == "en"].format(**words)
