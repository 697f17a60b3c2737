"""What sources say to people, in Vietnamese and English: what happened, where, what to do.

A new fault or note needs its line here; a test holds code and catalogue equal. Parameters are names and counts only.
"""

from collections.abc import Mapping
from typing import Final

from tasks.sources.sentences_http import HTTP
from tasks.sources.sentences_sql import SQL
from tasks.sources.sentences_workbooks import WORKBOOKS

_FILES: dict[str, tuple[str, str]] = {
    "no_file": (
        "Nguồn {source}: không có tệp nào khớp {pattern}. Hãy đặt tệp vào thư mục hoặc sửa đường dẫn.",
        "Source {source}: no file matches {pattern}. Put the file into the folder or correct the path.",
    ),
    "folder_missing": (
        "Nguồn {source}: không có thư mục {folder}. Hãy tạo thư mục hoặc sửa đường dẫn.",
        "Source {source}: there is no folder {folder}. Create it or correct the path.",
    ),
    "folder_unreadable": (
        "Nguồn {source}: không đọc được thư mục {folder}. Hãy cấp quyền đọc cho tài khoản chạy chương trình.",
        "Source {source}: folder {folder} cannot be read. Give the account of the program the right to read it.",
    ),
    "file_unreadable": (
        "Nguồn {source}: không đọc được tệp {file}. Hãy kiểm tra quyền đọc và ổ đĩa.",
        "Source {source}: file {file} cannot be read. Check its permissions and the disk.",
    ),
    "file_too_large": (
        "Nguồn {source}: tệp {file} lớn hơn {limit} byte nên không nhận. Hãy chia nhỏ tệp.",
        "Source {source}: file {file} is larger than {limit} bytes and is not taken. Split it.",
    ),
    "symlink": (
        "Nguồn {source}: {file} là liên kết hoặc không phải tệp thường nên không đọc. Hãy đặt chính tệp vào thư mục.",
        "Source {source}: {file} is a link or no ordinary file and is not read. Put the file itself into the folder.",
    ),
    "bad_file_name": (
        "Nguồn {source}: tên tệp {file} có ký tự điều khiển nên không nhận. Hãy đổi tên tệp.",
        "Source {source}: the file name {file} holds control characters and is not taken. Rename the file.",
    ),
    "not_settled": (
        "Nguồn {source}: tệp {file} đang được ghi dở, sẽ lấy ở lần chạy sau.",
        "Source {source}: file {file} is still being written and will be taken by the next run.",
    ),
    "after_as_of": (
        "Nguồn {source}: tệp {file} mang ngày sau thời điểm chạy nên chưa lấy. Hãy kiểm tra ngày trong tên tệp.",
        "Source {source}: file {file} bears a date after the time of this run and is left. Check the date in its name.",
    ),
    "no_date_in_name": (
        "Nguồn {source}: tên tệp {file} không có ngày dạng {form}; dùng ngày ghi tệp. Hãy đặt tên đúng mẫu.",
        "Source {source}: the name of file {file} holds no date like {form}; its time of change is used. "
        "Name it as agreed.",
    ),
    "file_sudden_zero": (
        "Nguồn {source}: tệp không có dòng nào trong khi kho đang giữ {count} hồ sơ. Không kết luận gì; "
        "hãy xuất lại tệp.",
        "Source {source}: the file has no row although {count} dossiers are held here. Nothing is concluded; "
        "export the file again.",
    ),
    "older_file": (
        "Nguồn {source}: tệp {file} cũ hơn dữ liệu đã nạp nên bỏ qua. Nếu cần, hãy gửi bản mới hơn.",
        "Source {source}: file {file} is older than what was loaded and is ignored. Send a newer one if it matters.",
    ),
    "encoding_unknown": (
        "Nguồn {source}: tệp {file}, dòng {line}: không phải Unicode (UTF-8/UTF-16), có thể là bảng mã TCVN3, VNI "
        "hoặc CP1258. Hãy xuất lại dạng UTF-8, hoặc khai báo `encoding` (như cp1258) của nguồn trong cấu hình.",
        "Source {source}: file {file}, line {line}: not Unicode (UTF-8/UTF-16), perhaps TCVN3, VNI or "
        "CP1258. Export it as UTF-8, or declare the `encoding` (such as cp1258) of the source in the configuration.",
    ),
    "old_font": (
        "Nguồn {source}: tệp {file}: chữ tiếng Việt gõ bằng phông cũ (TCVN3 hoặc VNI), không phải Unicode. "
        "Hãy chuyển mã sang Unicode rồi gửi lại.",
        "Source {source}: file {file}: Vietnamese typed in an old font (TCVN3 or VNI), not in Unicode. "
        "Convert it to Unicode and send it again.",
    ),
    "encoding_unsupported": (
        "Nguồn {source}: tệp {file}: chưa đọc được bảng mã {encoding}. Hãy xuất lại dạng UTF-8.",
        "Source {source}: file {file}: the encoding {encoding} cannot be read yet. Export it as UTF-8.",
    ),
    "nul_in_file": (
        "Nguồn {source}: tệp {file}, dòng {line}: có byte rỗng, tệp bị hỏng. Hãy xuất lại tệp.",
        "Source {source}: file {file}, line {line}: holds NUL, the file is damaged. Export it again.",
    ),
    "broken_quotes": (
        "Nguồn {source}: tệp {file}, gần dòng {line}: dấu ngoặc kép không khép đúng hoặc ô quá dài, tệp có thể bị cắt. "
        "Hãy xuất lại tệp.",
        "Source {source}: file {file}, near line {line}: a quote is not closed properly or a cell is far too long; "
        "the file may be cut. Export it again.",
    ),
    "no_header": (
        "Nguồn {source}: tệp {file} rỗng, không có dòng tiêu đề. Hãy xuất lại tệp.",
        "Source {source}: file {file} is empty, it has no header row. Export it again.",
    ),
    "missing_column": (
        "Nguồn {source}: tệp {file} thiếu cột bắt buộc: {labels}. Hãy bổ sung cột hoặc khai báo giá trị chung.",
        "Source {source}: file {file} lacks the required column(s) {columns}. Add them or declare a constant.",
    ),
    "register_columns": (
        "Tệp sổ {file} thiếu cột: {labels}. Thêm tên cột vào dòng tiêu đề của tệp; ô bên dưới có thể để trống. Các "
        "cách viết tên cột: mục Sổ giấy trong HUONG-DAN.md.",
        "Register {file} lacks the column(s) {columns}. Add them to the line of headings; cells below may be empty. "
        "Their Vietnamese headings: the section on paper registers in HUONG-DAN.en.md.",
    ),
    "duplicate_column": (
        "Nguồn {source}: tệp {file} có hai cột cùng là {labels}. Hãy bỏ bớt một cột.",
        "Source {source}: file {file} has two columns that both mean {columns}. Remove one.",
    ),
    "extra_columns": (
        "Nguồn {source}: tệp {file} có {count} cột không dùng đến: {columns}.",
        "Source {source}: file {file} has {count} column(s) that are not used: {columns}.",
    ),
    "no_final_newline": (
        "Nguồn {source}: tệp {file} không kết thúc bằng xuống dòng nên dòng cuối có thể bị cắt và không được nạp. "
        "Hãy xuất lại tệp.",
        "Source {source}: file {file} does not end with a line break, so its last row may be cut and is not loaded. "
        "Export it again.",
    ),
    "landing_failed": (
        "Nguồn {source}: không lưu được bản gốc vào thư mục landing nên không nạp. Hãy kiểm tra dung lượng, quyền ghi.",
        "Source {source}: what came cannot be kept in the landing folder, so nothing is loaded. Check space and "
        "permissions.",
    ),
    "load_failed": (
        "Nguồn {source}: chương trình gặp lỗi ({fault}) nên không nạp nguồn này; các nguồn khác vẫn được nạp. "
        "Đây là lỗi của chương trình, hãy gửi nhật ký của lần chạy cho đơn vị phát triển.",
        "Source {source}: the program failed ({fault}), so nothing of this source is loaded; the others are. "
        "This is a fault of the program: send the log of this run to its developers.",
    ),
    "out_of_memory": (
        "Nguồn {source}: máy hết bộ nhớ nên không nạp nguồn này; các nguồn khác vẫn được nạp. Hãy đóng bớt chương "
        "trình hoặc thêm bộ nhớ, lượt sau sẽ nạp.",
        "Source {source}: the machine ran out of memory, so nothing of this source is loaded; the others are. End "
        "other programs or add memory; the next run loads it.",
    ),
    "landing_unreadable": (
        "Nguồn {source}: bản gốc đã lưu của {file} không đọc lại được nên không nạp. Hãy kiểm tra ổ đĩa rồi chạy lại.",
        "Source {source}: what was kept of {file} cannot be read back. Nothing is loaded; check the disk, run again.",
    ),
    "register_name": (
        "Không có tệp sổ {file} trong thư mục {folder}. Chỉ ghi tên tệp, không ghi đường dẫn; đang có: {what}.",
        "There is no register file {file} in {folder}. Give the name of a file, no path; there are: {what}.",
    ),
    "register_rows": (
        "Nguồn {source}: tệp {file} có {count} dòng không tách được thành các ô (dòng {rows}) nên không đối chiếu. "
        "Hãy sửa các dòng này.",
        "Source {source}: file {file} has {count} row(s) whose cells cannot be told apart (row {rows}); they are not "
        "compared. Correct them.",
    ),
    "statistics_name": (
        "Tệp số liệu {file}: chỉ ghi tên tệp nằm trong thư mục sổ theo dõi, không ghi đường dẫn.",
        "Statistics {file}: give the name of a file in the folder of registers, no path.",
    ),
    "statistics_row": (
        "Tệp số liệu {file}, dòng {line}: thiếu hoặc sai mã đơn vị, kỳ báo cáo hoặc số hồ sơ. Hãy sửa dòng này.",
        "Statistics {file}, line {line}: unit, period or a count is missing or wrong. Correct this line.",
    ),
    "statistics_twice": (
        "Tệp số liệu {file}, dòng {line}: đơn vị và kỳ này đã có ở dòng khác. Hãy bỏ bớt một dòng.",
        "Statistics {file}, line {line}: unit and period stand on another line too. Remove one.",
    ),
    "unit_map_row": (
        "Bảng đối chiếu đơn vị {file}, dòng {line}: thiếu mã hoặc sai ngày hiệu lực. Hãy sửa dòng này.",
        "Unit map {file}, line {line}: a code is missing or the date is wrong. Correct this line.",
    ),
    "unit_map_twice": (
        "Bảng đối chiếu đơn vị {file}, dòng {line}: trùng mã nguồn và ngày hiệu lực. Hãy bỏ bớt một dòng.",
        "Unit map {file}, line {line}: same source code and date as another line. Remove one.",
    ),
}

REGISTERS: Final = "registers"  # what faults of the folder of registers call their source
SENTENCES: dict[str, tuple[str, str]] = {**_FILES, **WORKBOOKS, **HTTP, **SQL}


def sentence(code: str, params: Mapping[str, str | int], locale: str = "vi") -> str:
    """The sentence of a code with its parameters filled in; missing ones show as `?`. KeyError: no such code."""
    vietnamese, english = SENTENCES[code]
    told = dict(params)
    if told.get("source") == REGISTERS:  # no configured source: the folder of registers
        told["source"] = "paper registers" if locale == "en" else "sổ giấy"
    return (english if locale == "en" else vietnamese).format_map(_Lenient(told))


class _Lenient(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"
