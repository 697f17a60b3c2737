"""Typed parameters of the flows: what an ops officer sees as a form. Titles in Vietnamese, plain values only."""

from typing import Annotated

from pydantic import Field

Config = Annotated[str, Field(title="Tệp cấu hình", description="Đường dẫn tệp dondoc.toml trên máy chạy.")]
AsOf = Annotated[
    str,
    Field(
        title="Thời điểm tính",
        description="ISO 8601, ví dụ 2026-11-23T07:30. Để trống: bây giờ. Ngày khác hôm nay thì chỉ chạy thử.",
    ),
]
OnlySource = Annotated[str, Field(title="Chỉ nguồn", description="Tên một nguồn trong cấu hình. Để trống: mọi nguồn.")]
DryRun = Annotated[
    bool, Field(title="Chạy thử", description="Không ghi gì vào kho dữ liệu, không gửi thư; thư được ghi ra thư mục.")
]
Out = Annotated[str, Field(title="Thư mục ghi thư", description="Chỉ dùng khi chạy thử.")]
OutsideWindow = Annotated[
    bool, Field(title="Gửi ngoài khung giờ", description="Sau sự cố, đến hết giờ gửi bù; phải nêu lý do.")
]
Reason = Annotated[str, Field(title="Lý do", description="Bắt buộc khi gửi ngoài khung giờ.", max_length=300)]
