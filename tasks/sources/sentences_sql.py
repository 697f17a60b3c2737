"""What sources say about databases and reporting views. Part of the catalogue in sentences.py.

Parameters are names of views and columns, counts, codes of the server: never a value of a row, never its own words.
"""

SQL: dict[str, tuple[str, str]] = {
    "sql_no_driver": (
        "Nguồn {source}: máy này chưa có thư viện kết nối {what}. Hãy cài thư viện đó hoặc sửa url.",
        "Source {source}: the database driver {what} is not installed here. Install it or correct the url.",
    ),
    "sql_unreachable": (
        "Nguồn {source}: không kết nối được cơ sở dữ liệu {host}. Hãy kiểm tra địa chỉ, mạng và máy chủ.",
        "Source {source}: the database {host} cannot be reached. Check the address, the network and the server.",
    ),
    "sql_no_tls": (
        "Nguồn {source}: máy chủ {host} không mã hóa kết nối nên chưa lấy dữ liệu. Hãy bật mã hóa trên máy chủ, "
        "hoặc thêm ?sslmode=prefer vào url nếu mạng này tin cậy.",
        "Source {source}: the server {host} offers no encryption, so nothing was asked. Switch it on there, "
        "or add ?sslmode=prefer to the url where the network is trusted.",
    ),
    "sql_login_refused": (
        "Nguồn {source}: cơ sở dữ liệu {host} từ chối đăng nhập. Hãy kiểm tra tài khoản, mật khẩu và quyền kết nối.",
        "Source {source}: the database {host} refuses the login. Check account, password and the right to connect.",
    ),
    "sql_no_database": (
        "Nguồn {source}: máy chủ {host} không có cơ sở dữ liệu ghi trong url. Hãy sửa url.",
        "Source {source}: the server {host} has no database of the name in the url. Correct the url.",
    ),
    "sql_no_view": (
        "Nguồn {source}: không có bảng hoặc view {what}. Hãy sửa tên trong cấu hình hoặc xin cấp quyền xem.",
        "Source {source}: there is no table or view {what}. Correct its name or ask for the right to see it.",
    ),
    "sql_no_column": (
        "Nguồn {source}: {what} không có cột {columns}. Hãy sửa columns, key hoặc updated_column trong cấu hình.",
        "Source {source}: {what} has no column {columns}. Correct columns, key or updated_column.",
    ),
    "sql_missing_column": (
        "Nguồn {source}: {what} không có cột nào ứng với cột bắt buộc: {columns}. Hãy khai báo columns hoặc giá trị "
        "chung.",
        "Source {source}: no column of {what} stands for the required {columns}. Declare columns or a constant.",
    ),
    "sql_duplicate_column": (
        "Nguồn {source}: {what} có nhiều cột cùng ứng với {columns}. Hãy chọn một cột trong columns.",
        "Source {source}: several columns of {what} stand for {columns}. Choose one in columns.",
    ),
    "sql_permission": (
        "Nguồn {source}: tài khoản không có quyền đọc {what}. Hãy xin cấp quyền SELECT.",
        "Source {source}: the account may not read {what}. Ask for the right to SELECT.",
    ),
    "sql_write_refused": (
        "Nguồn {source}: {what} tìm cách ghi vào cơ sở dữ liệu nên bị chặn. Chỉ dùng câu truy vấn chỉ đọc.",
        "Source {source}: {what} tries to write to the database and was stopped. Use a query that only reads.",
    ),
    "sql_query_refused": (
        "Nguồn {source}: cơ sở dữ liệu không thực hiện được {what} (mã {status}). Hãy kiểm tra view hoặc câu truy vấn.",
        "Source {source}: the database cannot carry out {what} (code {status}). Check the view or the query.",
    ),
    "sql_timeout": (
        "Nguồn {source}: {what} chưa trả lời sau {seconds} giây nên dừng. Hãy kiểm tra chỉ mục của view hoặc tăng "
        "timeout_seconds.",
        "Source {source}: {what} did not answer within {seconds} seconds. Check the indexes behind the view or raise "
        "timeout_seconds.",
    ),
    "sql_busy": (
        "Nguồn {source}: cơ sở dữ liệu {host} đang bận hoặc bị khóa. Lần chạy sau sẽ lấy lại.",
        "Source {source}: the database {host} is busy or locked. The next run tries again.",
    ),
    "sql_broke_off": (
        "Nguồn {source}: cơ sở dữ liệu {host} ngắt giữa chừng, phần nhận được bị bỏ. Hãy chạy lại sau.",
        "Source {source}: the database {host} broke off in the middle; what had come was left. Run again later.",
    ),
    "sql_damaged": (
        "Nguồn {source}: {host} không phải là cơ sở dữ liệu hoặc đã hỏng. Hãy kiểm tra tệp.",
        "Source {source}: {host} is no database, or it is damaged. Check the file.",
    ),
    "sql_encoding": (
        "Nguồn {source}: {what} chứa chữ không đúng bảng mã đã khai báo của cơ sở dữ liệu. Hãy báo đơn vị vận hành.",
        "Source {source}: {what} holds text that does not fit the declared encoding of its database. "
        "Tell its operator.",
    ),
    "sql_key_null": (
        "Nguồn {source}: trong {what}, cột khóa {columns} có dòng để trống nên không thể lấy đủ. Hãy chọn khóa khác.",
        "Source {source}: in {what} some rows have no value in the key {columns}, so not all can be had. "
        "Choose another key.",
    ),
    "sql_key_repeats": (
        "Nguồn {source}: trong {what}, khóa {columns} bị trùng nên không thể lấy đủ. Hãy thêm cột vào khóa.",
        "Source {source}: in {what} the key {columns} repeats, so not all rows can be had. Add a column to the key.",
    ),
    "sql_updated_type": (
        "Nguồn {source}: cột {column} không phải ngày giờ (hoặc chữ dạng 2026-11-23 …) nên không dùng làm mốc được. "
        "Hãy chọn cột khác hoặc bỏ updated_column.",
        "Source {source}: column {column} holds neither dates nor text like 2026-11-23 …, so it cannot tell what is "
        "new. Choose another or leave updated_column out.",
    ),
    "sql_sudden_zero": (
        "Nguồn {source}: {what} không còn dòng nào trong khi trước đây có. Không nạp; hãy kiểm tra quyền và view. "
        'Nếu đúng là đã hết: dondoc run sync --source {source} --accept-drop --reason "…".',
        "Source {source}: {what} has no row left although it had some before. Nothing is loaded; check the rights. "
        'If they are really gone: dondoc run sync --source {source} --accept-drop --reason "…".',
    ),
    "sql_clock_back": (
        "Nguồn {source}: đồng hồ của nguồn lùi lại so với lần trước nên đã đọc lại toàn bộ.",
        "Source {source}: the clock of the source went back since the last time, so everything was read again.",
    ),
    "sql_updated_empty": (
        "Nguồn {source}: {count} dòng để trống cột {column} nên lần nào cũng lấy lại. Hãy dùng cột luôn có giá trị.",
        "Source {source}: {count} row(s) have no value in {column} and come every time. Use a column that is "
        "always filled.",
    ),
    "sql_updated_ahead": (
        "Nguồn {source}: {count} dòng có cột {column} ghi thời điểm trong tương lai. Hãy báo đơn vị vận hành.",
        "Source {source}: {count} row(s) bear a time in the future in {column}. Tell its operator.",
    ),
}
