"""What sources over HTTP say to people, in Vietnamese and English. `sentences.py` joins this with the other sources'.

Sentences about one-stop software are here too: it is the only product that is asked over HTTP.
"""

from typing import Final

HTTP: Final[dict[str, tuple[str, str]]] = {
    "plain_http": (
        "Nguồn {source}: địa chỉ {host} không mã hóa (http). Chỉ dùng https; http chỉ cho chính máy này.",
        "Source {source}: the address {host} is not encrypted (http). Use https; http is for this machine only.",
    ),
    "bad_address": (
        "Nguồn {source}: địa chỉ nguồn không hợp lệ. Hãy sửa base_url trong cấu hình.",
        "Source {source}: the address is not valid. Correct base_url in the configuration.",
    ),
    "forbidden_address": (
        "Nguồn {source}: địa chỉ {host} không phải máy chủ dữ liệu (địa chỉ nội bộ của hệ thống) nên không kết nối. "
        "Hãy sửa base_url trong cấu hình.",
        "Source {source}: the address {host} is no server of records (link-local) and is not connected to. "
        "Correct base_url in the configuration.",
    ),
    "rate_limited": (
        "Nguồn {source}: máy chủ hạn chế số lượt hỏi (mã {status}) và yêu cầu chờ {seconds} giây, lâu hơn mức cho phép "
        "({limit} giây) nên dừng. Lần chạy sau sẽ thử lại; nếu lặp lại, hãy thống nhất nhịp lấy với đơn vị vận hành.",
        "Source {source}: the server limits requests (status {status}) and asks to wait {seconds} seconds, more than "
        "is allowed ({limit}), so the pull stops. The next run tries again; if it goes on, agree on a pace with its "
        "operator.",
    ),
    "too_many_requests": (
        "Nguồn {source}: máy chủ từ chối vì quá nhiều lượt hỏi (mã {status}). Lần chạy sau sẽ thử lại; nếu lặp lại, "
        "hãy giảm requests_per_second.",
        "Source {source}: the server refuses, too many requests (status {status}). The next run tries again; "
        "if it goes on, lower requests_per_second.",
    ),
    "list_moving": (
        "Nguồn {source}: danh sách thay đổi liên tục trong khi đọc, không chắc đã đủ. Không nạp; hãy chạy lại sau hoặc "
        "tăng page_size.",
        "Source {source}: the list kept changing while it was read and may not be whole. Nothing is loaded; run again "
        "later or raise page_size.",
    ),
    "statistics_failed": (
        "Nguồn {source}: không lấy được số liệu thống kê của chính phần mềm; hồ sơ vẫn được nạp.",
        "Source {source}: the software's own statistics could not be had; dossiers are loaded all the same.",
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
        "hãy kiểm tra tài khoản và chỉ mục của phần mềm một cửa. Nếu đúng là đã hết: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
        "Source {source}: the server says there is no dossier, but {count} are open here. Nothing is loaded; "
        "check the account and the index of the one-stop software. If they are really gone: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
    ),
    "mass_vanish": (
        "Nguồn {source}: {count} hồ sơ đang theo dõi không còn trong danh sách (giới hạn {limit}). Không nạp; "
        "hãy kiểm tra quyền của tài khoản. Nếu đúng là đã hết: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
        "Source {source}: {count} open dossiers are no longer listed (limit {limit}). Nothing is loaded; "
        "check what the account may see. If they are really gone: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
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
