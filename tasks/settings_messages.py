"""Sentences for faults of the configuration, Vietnamese and English.

One entry per code. A sentence may name a key, a permitted word or a limit, never the value that was refused.
"""

SENTENCES: dict[str, tuple[str, str]] = {
    # the file
    "file_missing": (
        "không có tệp cấu hình; tạo tệp mẫu bằng `dondoc init`",
        "there is no configuration file; `dondoc init` makes one",
    ),
    "file_unreadable": ("không đọc được tệp cấu hình", "the configuration file cannot be read"),
    "not_utf8": ("tệp cấu hình phải ghi bằng mã UTF-8", "the configuration file must be UTF-8"),
    "syntax": ("sai cú pháp TOML (cột {column})", "this is not valid TOML (column {column})"),
    "twice": ("khóa hoặc bảng này đã khai báo ở trên", "this key or table stands further up already"),
    # keys
    "missing": ("thiếu khóa bắt buộc", "required key is missing"),
    "unknown": ("không có khóa này", "there is no such key"),
    "unknown_near": (
        "không có khóa này; có phải ý là `{near}`?",
        "there is no such key; did you mean `{near}`?",
    ),
    "secret_key": (
        "không có khóa này: không ghi mật khẩu hay mã truy cập vào tệp; dùng `{near}_env` (tên biến môi trường) "
        "hoặc `{near}_file` (tệp có quyền 0600)",
        "there is no such key: secrets do not stand in this file; use `{near}_env` (name of an environment variable) "
        "or `{near}_file` (a file with mode 0600)",
    ),
    "unknown_section_env": (
        "biến môi trường này không ứng với bảng cấu hình nào",
        "this environment variable matches no table of the configuration",
    ),
    "env_json": (
        "biến môi trường này phải ghi theo dạng JSON",
        "this environment variable must be written as JSON",
    ),
    # kinds of values
    "text": ("phải là chữ đặt trong dấu nháy", "must be text in quotes"),
    "integer": ("phải là số nguyên", "must be a whole number"),
    "number": ("phải là số", "must be a number"),
    "boolean": ("phải là true hoặc false", "must be true or false"),
    "list": ("phải là danh sách trong ngoặc vuông", "must be a list in square brackets"),
    "table": ("phải là một bảng", "must be a table"),
    "day": ("phải là một ngày, ví dụ 2026-11-01", "must be a day, for example 2026-11-01"),
    "path": ("phải là đường dẫn đặt trong dấu nháy", "must be a path in quotes"),
    "choice": ("chỉ nhận: {expected}", "must be one of: {expected}"),
    "choice_near": (
        "chỉ nhận: {expected}; có phải ý là `{near}`?",
        "must be one of: {expected}; did you mean `{near}`?",
    ),
    "at_least": ("phải từ {limit} trở lên", "must be {limit} or more"),
    "more_than": ("phải lớn hơn {limit}", "must be more than {limit}"),
    "at_most": ("nhiều nhất là {limit}", "must be {limit} or less"),
    "too_few": ("phải có ít nhất {limit} mục", "needs at least {limit} entries"),
    "too_many": ("có nhiều nhất {limit} mục", "takes at most {limit} entries"),
    "empty": ("không được để trống", "must not be empty"),
    "too_long": ("dài quá {limit} ký tự", "must have at most {limit} characters"),
    "pattern": ("không đúng dạng quy định", "does not have the required form"),
    "invalid": ("giá trị không hợp lệ", "the value is not valid"),
    # our own
    "clock_text": ('phải là giờ dạng "15:00"', 'must be a time of day like "15:00"'),
    "span_text": ('phải là khoảng giờ dạng "07:00-10:00"', 'must be a span of time like "07:00-10:00"'),
    "span_backwards": ("giờ đầu phải trước giờ cuối", "the span must begin before it ends"),
    "hours_overlap": (
        "các khoảng giờ phải xếp theo thứ tự và không chồng lên nhau",
        "the spans must follow each other without overlap",
    ),
    "catch_up": (
        "catch_up_until không được sớm hơn giờ cuối của window",
        "catch_up_until must not be earlier than the end of the window",
    ),
    "address": ("không phải địa chỉ thư điện tử hợp lệ", "this is not a valid e-mail address"),
    "name": (
        "chỉ dùng chữ thường a-z, chữ số, - và _, dài nhất 40 ký tự",
        "use small letters a-z, digits, - and _ only, 40 at most",
    ),
    "env_name": (
        "đây phải là TÊN biến môi trường viết hoa, không phải chính mật khẩu",
        "this takes the NAME of an environment variable in capitals, not the secret itself",
    ),
    "control_character": ("có ký tự điều khiển hoặc xuống dòng", "holds a line break or control character"),
    "encoding": ("không biết bảng mã này", "this encoding is not known"),
    "url": (
        "phải là địa chỉ https://… không kèm tham số",
        "must be an https://… address without query",
    ),
    "url_secret": (
        "không ghi tên và mật khẩu vào địa chỉ; dùng username và password_env",
        "no name and password inside the address; use username and password_env",
    ),
    "url_link_local": ("không được trỏ đến địa chỉ nội bộ của máy chủ", "must not point at a link-local address"),
    "plain_http": (
        "http không mã hóa chỉ được dùng trong chính máy này; dùng https",
        "plain http is for this machine only; use https",
    ),
    "plain_smtp": (
        'security = "none" chỉ được dùng khi máy chủ thư ở chính máy này',
        'security = "none" is only for a mail server on this machine',
    ),
    "warehouse_url": (
        "phải là sqlite:///đường/dẫn hoặc postgresql+psycopg://…",
        "must be sqlite:///path or postgresql+psycopg://…",
    ),
    "warehouse_secret": (
        "mật khẩu trong địa chỉ này đòi tệp cấu hình có quyền 0600; hoặc đặt cả địa chỉ vào biến DONDOC_WAREHOUSE__URL",
        "a password here requires mode 0600 for this file; or put the address into DONDOC_WAREHOUSE__URL",
    ),
    "dataset": ("không có tập dữ liệu này; các tập: {expected}", "there is no such dataset; known: {expected}"),
    "opencps_dataset": ("nguồn opencps chỉ đưa về dossiers", "an opencps source brings dossiers only"),
    "sql_url": (
        "phải là địa chỉ SQLAlchemy, ví dụ postgresql+psycopg://taikhoan@maychu/csdl hoặc sqlite:///đường/dẫn",
        "must be an SQLAlchemy address like postgresql+psycopg://user@host/database or sqlite:///path",
    ),
    "sql_url_secret": (
        "không ghi mật khẩu vào địa chỉ; dùng password_env hoặc password_file",
        "no password inside the address; use password_env or password_file",
    ),
    "sql_view": (
        'phải là tên bảng hoặc view, có thể kèm lược đồ, ví dụ bao_cao.v_ho_so; tên khác thường đặt trong dấu "…"',
        'must name a table or view, with its schema where needed, like report.v_dossiers; odd names stand in "…"',
    ),
    "sql_query_semicolon": ("chỉ một câu SELECT, không có dấu ;", "one SELECT only, without ;"),
    "sql_query_select": ("phải bắt đầu bằng SELECT hoặc WITH", "must begin with SELECT or WITH"),
    "sql_view_or_query": (
        "nguồn sql phải có đúng một trong hai khóa: view hoặc query",
        "an sql source needs exactly one of view and query",
    ),
    "sql_columns": (
        "trong columns có tên cột mà tập dữ liệu này không có",
        "columns names a column that this dataset does not have",
    ),
    "sql_updated_snapshot": (
        'mode = "snapshot" luôn lấy toàn bộ nên không dùng updated_column',
        'mode = "snapshot" always reads all, so updated_column cannot be used with it',
    ),
    "name_date": ("phải có đủ %Y, %m và %d", "must contain %Y, %m and %d"),
    "band": ("phải là hai số, số đầu nhỏ hơn số sau", "must be two numbers, the first one smaller"),
    "ladder": ("các mức phải là 1, 2, 3… theo thứ tự tăng dần", "levels must be 1, 2, 3… in ascending order"),
    "same_name": ("tên nguồn này đã dùng ở dòng {line}", "a source of this name stands on line {line} already"),
    "file_not_found": ("không có tệp này", "there is no such file"),
    # secrets
    "secret_needed": (
        "đã có username thì phải có password_env hoặc password_file",
        "a username needs password_env or password_file",
    ),
    "secret_both": ("chỉ dùng một trong hai: {near}_env hoặc {near}_file", "use {near}_env or {near}_file, not both"),
    "login_both": ("chỉ dùng một trong hai: username hoặc token", "use username or a token, not both"),
    "secret_env_unset": (
        "biến môi trường ghi ở khóa này chưa được đặt hoặc để trống",
        "the environment variable named here is not set, or empty",
    ),
    "secret_file_missing": ("không đọc được tệp ghi ở khóa này", "the file named here cannot be read"),
    "secret_file_open": (
        "người khác đọc được tệp này; đặt quyền 0600 (chmod 600)",
        "others can read this file; give it mode 0600 (chmod 600)",
    ),
    "secret_file_empty": ("tệp ghi ở khóa này không có nội dung", "the file named here is empty"),
    # heading
    "heading": ("Cấu hình có {count} lỗi:", "The configuration has {count} fault(s):"),
    "environment": ("biến môi trường", "environment"),
}


def sentence(code: str, locale: str, **words: object) -> str:
    """The sentence of that code in `vi` or `en`."""
    vietnamese, english = SENTENCES[code]
    return (english if locale == "en" else vietnamese).format(**words)
