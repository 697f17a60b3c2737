"""What sources say to people, in Vietnamese and English: what happened, where, what to do.

A new fault or note needs its line here; a test holds code and catalogue equal. Parameters are names and counts only.
"""

from collections.abc import Mapping

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
    "older_file": (
        "Nguồn {source}: tệp {file} cũ hơn dữ liệu đã nạp nên bỏ qua. Nếu cần, hãy gửi bản mới hơn.",
        "Source {source}: file {file} is older than what was loaded and is ignored. Send a newer one if it matters.",
    ),
    "encoding_unknown": (
        "Nguồn {source}: tệp {file}, dòng {line}: không phải Unicode (UTF-8/UTF-16), có thể là bảng mã TCVN3 hoặc VNI. "
        "Hãy xuất lại dạng UTF-8 hoặc khai báo bảng mã trong cấu hình.",
        "Source {source}: file {file}, line {line}: not Unicode (UTF-8/UTF-16), perhaps TCVN3 or VNI. "
        "Export it as UTF-8 or declare its encoding in the configuration.",
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
        "Nguồn {source}: tệp {file} thiếu cột bắt buộc: {columns}. Hãy bổ sung cột hoặc khai báo giá trị chung.",
        "Source {source}: file {file} lacks the required column(s) {columns}. Add them or declare a constant.",
    ),
    "duplicate_column": (
        "Nguồn {source}: tệp {file} có hai cột cùng là {columns}. Hãy bỏ bớt một cột.",
        "Source {source}: file {file} has two columns that both mean {columns}. Remove one.",
    ),
    "extra_columns": (
        "Nguồn {source}: tệp {file} có {count} cột không dùng đến: {columns}.",
        "Source {source}: file {file} has {count} column(s) that are not used: {columns}.",
    ),
    "no_final_newline": (
        "Nguồn {source}: tệp {file} không kết thúc bằng xuống dòng; nếu tệp bị cắt, hãy xuất lại.",
        "Source {source}: file {file} does not end with a line break; if it was cut, export it again.",
    ),
    "landing_failed": (
        "Nguồn {source}: không lưu được bản gốc vào thư mục landing nên không nạp. Hãy kiểm tra dung lượng, quyền ghi.",
        "Source {source}: what came cannot be kept in the landing folder, so nothing is loaded. Check space and "
        "permissions.",
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

_HTTP: dict[str, tuple[str, str]] = {
    "plain_http": (
        "Nguồn {source}: địa chỉ {host} không mã hóa (http). Chỉ dùng https; http chỉ cho chính máy này.",
        "Source {source}: the address {host} is not encrypted (http). Use https; http is for this machine only.",
    ),
    "bad_address": (
        "Nguồn {source}: địa chỉ nguồn không hợp lệ. Hãy sửa base_url trong cấu hình.",
        "Source {source}: the address is not valid. Correct base_url in the configuration.",
    ),
    "unreachable": (
        "Nguồn {source}: không kết nối được {host}. Hãy kiểm tra mạng và máy chủ.",
        "Source {source}: {host} cannot be reached. Check the network and the server.",
    ),
    "tls_untrusted": (
        "Nguồn {source}: chứng thư của {host} không tin cậy được, chưa gửi mật khẩu. Hãy kiểm tra chứng thư.",
        "Source {source}: the certificate of {host} cannot be trusted; no password was sent. Check the certificate.",
    ),
    "timeout": (
        "Nguồn {source}: {host} không trả lời kịp. Hãy chạy lại sau hoặc kiểm tra máy chủ.",
        "Source {source}: {host} did not answer in time. Run again later or check the server.",
    ),
    "too_slow": (
        "Nguồn {source}: lấy dữ liệu quá {seconds} giây nên dừng. Hãy chạy lại sau hoặc kiểm tra máy chủ.",
        "Source {source}: the pull took more than {seconds} seconds and was stopped. Run again later.",
    ),
    "cut_off": (
        "Nguồn {source}: {host} ngắt giữa chừng, phần nhận được bị bỏ. Hãy chạy lại sau.",
        "Source {source}: {host} broke off in the middle; what had come was thrown away. Run again later.",
    ),
    "answer_too_large": (
        "Nguồn {source}: câu trả lời lớn hơn {limit} byte nên dừng. Hãy kiểm tra máy chủ.",
        "Source {source}: an answer was larger than {limit} bytes and was stopped. Check the server.",
    ),
    "login_refused": (
        "Nguồn {source}: đăng nhập bị từ chối (mã {status}). Hãy kiểm tra tài khoản, mật khẩu và quyền.",
        "Source {source}: the login was refused (status {status}). Check account, password and rights.",
    ),
    "redirected": (
        "Nguồn {source}: máy chủ chuyển hướng (mã {status}), thường là trang đăng nhập. Hãy kiểm tra địa chỉ.",
        "Source {source}: the server redirects (status {status}), often to a login page. Check the address.",
    ),
    "not_found": (
        "Nguồn {source}: máy chủ không có đường dẫn này (mã {status}). Hãy kiểm tra base_path.",
        "Source {source}: the server does not know this path (status {status}). Check base_path.",
    ),
    "server_error": (
        "Nguồn {source}: máy chủ báo lỗi (mã {status}). Hãy chạy lại sau hoặc báo đơn vị vận hành.",
        "Source {source}: the server reports an error (status {status}). Run again later or tell its operator.",
    ),
    "unexpected_status": (
        "Nguồn {source}: máy chủ trả mã lạ {status}. Hãy kiểm tra địa chỉ và báo đơn vị vận hành.",
        "Source {source}: the server answers with the odd status {status}. Check the address, tell its operator.",
    ),
    "html_answer": (
        "Nguồn {source}: máy chủ trả trang web thay cho dữ liệu, thường là trang đăng nhập. Hãy kiểm tra tài khoản.",
        "Source {source}: the server sent a web page instead of data, often a login page. Check the account.",
    ),
    "not_json": (
        "Nguồn {source}: câu trả lời không phải JSON trọn vẹn nên bỏ. Hãy chạy lại sau.",
        "Source {source}: an answer was no whole JSON and was thrown away. Run again later.",
    ),
    "bad_shape": (
        "Nguồn {source}: câu trả lời sai cấu trúc ({what}). Hãy báo đơn vị vận hành phần mềm một cửa.",
        "Source {source}: an answer has the wrong shape ({what}). Tell the operator of the one-stop software.",
    ),
    "total_mismatch": (
        "Nguồn {source}: số hồ sơ nhận được ({rows}) khác tổng số máy chủ báo ({total}). Không nạp; hãy chạy lại sau.",
        "Source {source}: the dossiers received ({rows}) differ from the server's total ({total}). "
        "Nothing is loaded; run again later.",
    ),
    "page_loop": (
        "Nguồn {source}: máy chủ lặp lại cùng một trang. Không nạp; hãy báo đơn vị vận hành.",
        "Source {source}: the server repeats the same page. Nothing is loaded; tell its operator.",
    ),
    "too_many_pages": (
        "Nguồn {source}: quá {limit} trang. Không nạp; hãy kiểm tra máy chủ.",
        "Source {source}: more than {limit} pages. Nothing is loaded; check the server.",
    ),
    "sudden_zero": (
        "Nguồn {source}: máy chủ báo không có hồ sơ nào trong khi đang theo dõi {count} hồ sơ. Không nạp; "
        "hãy kiểm tra tài khoản và chỉ mục của phần mềm một cửa.",
        "Source {source}: the server says there is no dossier, but {count} are open here. Nothing is loaded; "
        "check the account and the index of the one-stop software.",
    ),
    "mass_vanish": (
        "Nguồn {source}: {count} hồ sơ đang theo dõi không còn trong danh sách (giới hạn {limit}). Không nạp; "
        "hãy kiểm tra quyền của tài khoản.",
        "Source {source}: {count} open dossiers are no longer listed (limit {limit}). Nothing is loaded; "
        "check what the account may see.",
    ),
    "retried": (
        "Nguồn {source}: đã phải thử lại {count} lần.",
        "Source {source}: {count} request(s) had to be tried again.",
    ),
    "read_again": (
        "Nguồn {source}: danh sách thay đổi trong khi đọc nên đã đọc lại.",
        "Source {source}: the list changed while it was read, so it was read again.",
    ),
    "detail_refused": (
        "Nguồn {source}: không xem được {count} hồ sơ đang theo dõi; giữ nguyên dữ liệu cũ. Hãy kiểm tra quyền.",
        "Source {source}: {count} open dossier(s) may not be seen; what is known of them stays. Check the rights.",
    ),
    "fractional_duration": (
        "Nguồn {source}: {count} hồ sơ có thời hạn lẻ, không quy đổi; tính theo ngày hẹn trả.",
        "Source {source}: {count} dossier(s) carry a fractional duration, which is not converted; "
        "the appointment decides.",
    ),
}

SENTENCES: dict[str, tuple[str, str]] = {**_FILES, **WORKBOOKS, **_HTTP, **SQL}


def sentence(code: str, params: Mapping[str, str | int], locale: str = "vi") -> str:
    """The sentence of a code with its parameters filled in; missing ones show as `?`. KeyError: no such code."""
    vietnamese, english = SENTENCES[code]
    return (english if locale == "en" else vietnamese).format_map(_Lenient(params))


class _Lenient(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"
