"""Parameters of the flows: what an ops officer sees as a form. Titles in Vietnamese, plain values only.

They stand in the defaults, the one place where Prefect's forms look for a title; a call without them gets the value.
Limits stand in the types: of a default Prefect takes only title, description and value.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

Reason = Annotated[str, Field(max_length=300)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Minutes = Annotated[int, Field(ge=1, le=480)]
Person = Annotated[str, Field(max_length=120)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
FileName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^/\\]+$")]  # no way out of the folder
NoFileOrName = Annotated[str, Field(max_length=200, pattern=r"^[^/\\]*$")]
Units = Annotated[list[Code], Field(max_length=500)]
Registers = Annotated[list[FileName], Field(max_length=100)]
# A form must be able to say "no day": two buttons, the second opens the date picker.
_NO_DAY = {"type": "null", "title": "Không giới hạn"}
_A_DAY = {"type": "string", "format": "date", "title": "Chọn ngày"}
Day = Annotated[date | None, WithJsonSchema({"anyOf": [_NO_DAY, _A_DAY]})]
Depth = Literal["rows", "counts"]
RepairLimit = Annotated[int, Field(ge=1, le=10_000)]
Switch = Literal["stop", "start"]


def _asked(default: object, title: str, description: str) -> Any:
    return Field(default, description=description, json_schema_extra={"title": title})


CONFIG = _asked("dondoc.toml", "Tệp cấu hình", "Đường dẫn đầy đủ của tệp dondoc.toml trên máy chạy.")
AS_OF = _asked(
    "",
    "Thời điểm tính",
    "ISO 8601, ví dụ 2026-11-23T07:30. Để trống: bây giờ. Ngày khác hôm nay thì chỉ chạy thử.",
)
ONLY_SOURCE = _asked("", "Chỉ nguồn", "Tên một nguồn trong cấu hình. Để trống: mọi nguồn.")
DRY_RUN = _asked(
    default=False, title="Chạy thử", description="Không ghi gì vào kho dữ liệu, không gửi thư; thư được ghi ra thư mục."
)
OUT = _asked("", "Thư mục ghi thư", "Chỉ dùng khi chạy thử. Để trống: không ghi thư ra tệp.")
OUTSIDE_WINDOW = _asked(
    default=False, title="Gửi ngoài khung giờ", description="Sau sự cố, đến hết giờ gửi bù; phải nêu lý do."
)
REASON = _asked("", "Lý do", "Bắt buộc khi gửi ngoài khung giờ.")
ACCEPT_DROP = _asked(
    default=False,
    title="Chấp nhận số liệu giảm nhiều",
    description="Một người đã xác nhận nguồn lần này ít hơn hẳn là đúng; phải nêu tên nguồn và lý do.",
)
DROP_REASON = _asked("", "Lý do chấp nhận", "Bắt buộc khi chấp nhận số liệu giảm nhiều; ghi vào sổ.")
WAIT_SECONDS = _asked(
    600.0, "Chờ lượt chạy khác (giây)", "Nếu một lượt khác đang làm việc thì chờ tối đa bấy nhiêu giây."
)
WAIT_AFTER_PULL = _asked(
    0.0,
    "Chờ lượt chạy khác (giây)",
    "Nếu một lượt khác đang làm việc thì chờ tối đa bấy nhiêu giây; đã nêu tên nguồn thì kéo nguồn đó trong lúc chờ.",
)

# What an admin fills in for a reconciliation (reconcile_run).
UNITS = _asked([], "Đơn vị", "Mã các đơn vị, mỗi dòng một mã. Để trống: mọi đơn vị.")
PERIOD_FROM = _asked(
    None, "Tiếp nhận từ ngày", "Ngày tiếp nhận đầu tiên được đối soát. Không giới hạn: từ hồ sơ cũ nhất."
)
PERIOD_TO = _asked(
    None, "Tiếp nhận đến ngày", "Ngày tiếp nhận cuối cùng, tính cả ngày đó. Không giới hạn: đến hôm nay."
)
REGISTERS = _asked(
    [],
    "Tệp sổ giấy đã nhập",
    "Tên tệp CSV, XLSX trong thư mục sổ ([reconcile] registers), mỗi dòng một tên. Để trống: tệp mới nhất của mỗi sổ.",
)
STATISTICS = _asked(
    "",
    "Tệp thống kê của hệ thống một cửa",
    "Tên tệp trong cùng thư mục: đơn vị, kỳ, số trước hạn, đúng hạn, quá hạn. Để trống: số hệ thống tự báo, nếu có.",
)
DEPTH = _asked(
    "rows",
    "Mức đối soát",
    "rows: từng hồ sơ, từng cột. counts: đếm trước, chỉ đọc những tháng lệch số (nhanh hơn; bằng nhau về số chưa chắc "
    "bằng nhau về nội dung).",
)
ASKED_BY = _asked("", "Người yêu cầu", "Họ tên hoặc chức danh; ghi vào kết quả và sổ. Bắt buộc khi sửa.")
WHY = _asked("", "Lý do đối soát", "Theo yêu cầu nào, của ai; ghi vào kết quả và sổ. Bắt buộc khi sửa.")
REPAIR = _asked(
    default=False,
    title="Kéo lại những hồ sơ sai lệch",
    description="Chỉ kéo lại từ nguồn những gì khác nhau. Lần đầu chỉ cho xem trước; chạy lại kèm mã lượt để làm thật.",
)
CONFIRM = _asked("", "Đồng ý với bản xem trước", "Mã của lượt đối soát đã xem trước. Để trống: chỉ xem trước.")
REPAIR_LIMIT = _asked(200, "Kéo lại nhiều nhất (hồ sơ)", "Nhiều hơn thì không sửa gì; một người phải xem lại.")
ONLY_REPORT = _asked(
    default=False,
    title="Chạy thử",
    description="Không ghi gì, kể cả sổ sai lệch; kết quả chỉ hiện ở đây. Không chọn: chỉ ghi sổ sai lệch.",
)
FILES_OUT = _asked("", "Thư mục ghi kết quả", "Để trống: reconcile/<mã lượt> trong thư mục dữ liệu của hệ thống.")

# Putting held mails before a person (approve_run).
SUBMITTED_BY = _asked("", "Người trình", "Họ tên hoặc chức danh. Người duyệt phải là người khác. Bắt buộc.")
WAIT_MINUTES = _asked(120, "Chờ trả lời (phút)", "Không ai trả lời thì không thư nào được gửi; hôm sau trình lại.")

# What is asked of a report (report_run).
ReportPeriod = Literal["week", "month", "due"]
OneCode = Annotated[str, Field(max_length=60)]
REPORT_PERIOD = _asked(
    "week", "Kỳ báo cáo", "week: tuần vừa qua; month: tháng vừa qua; due: báo cáo đến kỳ mà chưa gửi."
)
KNOWN_AT = _asked(
    "",
    "Theo những gì đã biết lúc",
    "ISO 8601: lập lại báo cáo đúng như hệ thống biết vào lúc đó, không gửi thư. Để trống: thời điểm tính.",
)
SHEET_UNIT = _asked("", "Phiếu của đơn vị", "Mã đơn vị: lập phiếu một trang của đơn vị thay cho báo cáo.")
SEND_REPORT = _asked(
    default=False,
    title="Gửi thư",
    description="Gửi báo cáo cho lãnh đạo và bộ phận vận hành; mỗi người một thư một kỳ. Không chọn: chỉ ghi tệp.",
)
REPORT_OUT = _asked("", "Thư mục ghi báo cáo", "Để trống: reports trong thư mục dữ liệu của hệ thống.")

# The button that stops all mail (mail_switch_run).
SWITCH = _asked("stop", "Nút dừng", "stop: dừng mọi thư ngay, kể cả lượt đang gửi dở. start: cho gửi trở lại.")
ACTED_BY = _asked("", "Người thực hiện", "Họ tên hoặc chức danh; ghi vào sổ. Bắt buộc.")
SWITCH_REASON = _asked("", "Lý do", "Ghi vào sổ. Bắt buộc khi dừng.")
