"""Parameters of the flows: what an ops officer sees as a form. Titles in Vietnamese, plain values only.

They stand in the defaults, the one place where Prefect's forms look for a title; a call without them gets the value.
"""

from typing import Annotated, Any

from pydantic import Field

Reason = Annotated[str, Field(max_length=300)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


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
