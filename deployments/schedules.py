"""When each flow runs: one table for `dondoc up`; `prefect.yaml` says the same for work pools, a test holds them equal.

A new flow gets a row here and an entry there. Crons run every day in Hanoi time and the flows ask the calendar, since
only it knows holidays and make-up Saturdays. Nothing here imports Prefect; parameters beyond the configuration only.
"""

from dataclasses import dataclass, field

ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A flow and when it runs. `name` is also the flow's; no cron means it waits to be asked for."""

    name: str
    entrypoint: str  # dotted module and function: a flow loaded by file would be a second copy of its module
    crons: tuple[str, ...]
    when: tuple[str, str]  # for people: Vietnamese, English
    description: str  # shown above the form
    parameters: dict[str, object] = field(default_factory=dict)
    timezone: str = ZONE


DEPLOYMENTS: tuple[Deployment, ...] = (
    Deployment(
        name="morning",
        entrypoint="flows.morning_run.morning_run",
        crons=("30 7 * * *",),
        when=("07:30 hằng ngày (ngày nghỉ tự kết thúc)", "07:30 daily (ends by itself on a day off)"),
        description=(
            "Cả buổi sáng: kéo và kiểm tra dữ liệu, xác định quá hạn, soạn và gửi thư đôn đốc, gửi bản tin vận hành. "
            "Chạy lại an toàn: buổi sáng đã xong thì không làm gì thêm."
        ),
    ),
    Deployment(
        name="sync",
        entrypoint="flows.sync_run.sync_run",
        crons=("*/30 8-16 * * *", "0 17 * * *"),
        when=("30 phút một lần, 08:00–17:00", "every 30 minutes, 08:00–17:00"),
        description=(
            "Kéo dữ liệu từ các nguồn, kiểm tra, nạp vào kho. Bản ghi lỗi vào khu cách ly, không chặn nguồn khác."
        ),
    ),
    Deployment(
        name="remind",
        entrypoint="flows.remind_run.remind_run",
        # five minutes beside sync and bulletin, so that it does not find them holding the run lock
        crons=("50 7 * * *", "5-50/15 8-9 * * *"),
        when=("15 phút một lần, 07:50–09:50", "every 15 minutes, 07:50–09:50"),
        description=(
            "Gửi nốt thư đôn đốc trong khung giờ buổi sáng: thư phải thử lại, nguồn đến muộn. "
            "Mỗi người nhận nhiều nhất một thư một ngày."
        ),
    ),
    Deployment(
        name="bulletin",
        entrypoint="flows.bulletin_run.bulletin_run",
        crons=("45 7 * * *",),
        when=("07:45 hằng ngày, nếu buổi sáng chưa gửi", "07:45 daily, where the morning did not send it"),
        description=(
            "Bản tin vận hành trong ngày, chỉ gửi khi hôm nay chưa có: đã kéo gì, chặn gì, gửi gì, việc gì cần người."
        ),
    ),
    Deployment(
        name="report",
        entrypoint="flows.report_run.report_run",
        crons=("40 10,13 * * *",),
        when=("10:40 và 13:40, khi có báo cáo đến kỳ", "10:40 and 13:40, when a report is due"),
        description=(
            "Báo cáo tuần, tháng cho lãnh đạo, gửi trong ba ngày làm việc đầu của kỳ sau nếu chưa gửi. "
            "Chạy tay: lập lại báo cáo của kỳ khác, hoặc phiếu của một đơn vị; mỗi người nhận một thư một kỳ."
        ),
        parameters={"period": "due", "send": True},
    ),
    Deployment(
        name="housekeeping",
        entrypoint="flows.housekeeping_run.housekeeping_run",
        crons=("30 22 * * *",),
        when=("22:30 hằng đêm", "22:30 every night"),
        description=(
            "Kiểm tra sổ việc làm của người vận hành, sao lưu, dọn dữ liệu đã hết thời hạn lưu. "
            "Không đụng đến việc đang mở và sổ thư; chạy lại an toàn."
        ),
    ),
    Deployment(
        name="flag",
        entrypoint="flows.flag_run.flag_run",
        crons=(),
        when=("khi có người yêu cầu (mặc định chạy thử)", "when asked for (a dry run unless told otherwise)"),
        description="Tính lại hồ sơ, kiến nghị quá hạn hoặc sắp đến hạn. Mặc định chạy thử, không ghi gì vào kho.",
        parameters={"dry_run": True},
    ),
    Deployment(
        name="reconcile",
        entrypoint="flows.reconcile_run.reconcile_run",
        crons=(),
        when=("khi có người yêu cầu (chỉ báo cáo)", "when asked for (reports only)"),
        description=(
            "Đối soát ba bên: phần mềm một cửa, kho dữ liệu, sổ giấy. Chỉ báo cáo từng chỗ lệch và ghi sổ sai lệch, "
            "không sửa dữ liệu. Kéo lại những gì khác nhau thì phải xem trước, rồi chạy lại kèm mã lượt."
        ),
    ),
    Deployment(
        name="approve",
        entrypoint="flows.approve_run.approve_run",
        crons=(),
        when=("khi có người trình duyệt", "when somebody submits for approval"),
        description=(
            "Trình duyệt thư đang giữ lại trong ngày, trước hết là danh sách báo cáo lãnh đạo. Người khác mở lượt chạy "
            "này, bấm Resume và trả lời; không ai trả lời thì không thư nào được gửi."
        ),
    ),
    Deployment(
        name="mail-switch",
        entrypoint="flows.mail_switch_run.mail_switch_run",
        crons=(),
        when=("khi có người bấm (dừng hoặc cho gửi thư)", "when pressed (stop or start all mail)"),
        description="Nút dừng: dừng mọi thư ngay, kể cả lượt đang gửi dở; hoặc cho gửi trở lại. Ghi vào sổ.",
    ),
)
