"""The catalogue of datasets: canonical columns, keys and headings in use (design §5).

The one place that knows what a dataset looks like; intake, expectations and warehouse read it. Add a dataset or
a heading here. How a value is parsed is `tasks/intake`'s business, what is plausible `expectations`'.
"""

from tasks.rules.dataset_types import Column as Column
from tasks.rules.dataset_types import Dataset as Dataset
from tasks.rules.dataset_types import Kind as Kind
from tasks.rules.dataset_types import Mode as Mode
from tasks.rules.vocabulary import VOCABULARY as VOCABULARY


def _code(name: str, *headings: str, required: bool = False) -> Column:
    return Column(name, Kind.CODE, required, headings)


def _text(name: str, *headings: str, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, required, headings)


def _at(name: str, *headings: str, required: bool = False, fill: str = "close", precision: bool = False) -> Column:
    return Column(name, Kind.INSTANT, required, headings, fill, precision)


def _on(name: str, *headings: str, required: bool = False) -> Column:
    return Column(name, Kind.DAY, required, headings)


def _number(name: str, *headings: str) -> Column:
    return Column(name, Kind.NUMBER, headings=headings)


DOSSIERS = Dataset(
    "dossiers",
    (
        _code("dossier_code", "Mã hồ sơ", "Số hồ sơ", "Số biên nhận", required=True),
        _code(
            "unit_code",
            "Mã đơn vị",
            "Đơn vị xử lý",
            "Đơn vị giải quyết",
            "Đơn vị tiếp nhận",
            "Đơn vị/ cá nhân giải quyết",
            required=True,
        ),
        _code("status", "Trạng thái", "Tình trạng", "Mã trạng thái", required=True),
        _at("received_at", "Ngày tiếp nhận", "Ngày nhận", required=True, fill="open", precision=True),
        _code("source_record_id"),
        _code("procedure_code", "Mã thủ tục", "Mã TTHC"),
        _text("procedure_name", "Tên thủ tục hành chính", "Tên thủ tục", "Thủ tục", "Nội dung"),
        _text("field", "Lĩnh vực", "Lĩnh Vực"),
        _text("channel", "Hình thức nộp", "Kênh tiếp nhận"),
        _at("submitted_at", "Ngày nộp", "Ngày nộp hồ sơ", fill="open"),
        _at("due_at", "Ngày hẹn trả", "Ngày hẹn", "Hạn trả", "Hạn trả kết quả", precision=True),
        _number("duration_amount", "Thời hạn giải quyết"),
        _code("duration_unit", "Đơn vị thời hạn"),
        _at("resolved_at", "Ngày có kết quả", "Ngày kết thúc xử lý", "Ngày hoàn thành"),
        _at("returned_at", "Ngày trả", "Ngày trả kết quả"),
        _code("holding_unit_code", "Đơn vị đang giữ"),
        _at("holding_since", "Giữ từ ngày", fill="open"),
        _text("step_name", "Bước xử lý"),
        _text("officer_post", "Chức danh người xử lý"),
        Column("paused", Kind.BOOLEAN, headings=("Tạm dừng",)),
        _at("updated_at", "Ngày cập nhật"),
    ),
    key=("source_record_id",),  # else dossier_code + unit_code + year received: tasks/intake/keys.py
    mode=Mode.DELTA,
    aged=True,
)

DOSSIER_EVENTS = Dataset(
    "dossier_events",
    (
        _code("dossier_code", "Mã hồ sơ", "Số hồ sơ", required=True),
        _at("at", "Thời điểm", "Ngày", required=True, fill="open"),
        _code("event", "Sự kiện", required=True),
        _text("reason", "Lý do"),
        _text("document_no", "Số văn bản"),
        _at("new_due_at", "Ngày hẹn trả mới"),
        _code("unit_code", "Mã đơn vị"),
        _code("to_unit_code", "Đơn vị nhận"),
    ),
    key=("dossier_code", "unit_code", "at", "event"),
    mode=Mode.DELTA,
    aged=True,
)

UNITS = Dataset(
    "units",
    (
        _code("unit_code", "Mã đơn vị", required=True),
        _text("name", "Tên đơn vị", required=True),
        _code("kind", "Loại đơn vị", required=True),
        _code("level", "Cấp"),
        _code("parent_code", "Mã đơn vị cấp trên"),
        _on("valid_from", "Hiệu lực từ"),
        _on("valid_to", "Hiệu lực đến"),
    ),
    key=("unit_code", "valid_from"),
    mode=Mode.SNAPSHOT,
)

UNIT_SUCCESSION = Dataset(
    "unit_succession",
    (
        _code("old_code", "Mã đơn vị cũ", required=True),
        _code("new_code", "Mã đơn vị mới", required=True),
        _on("effective_from", "Hiệu lực từ", required=True),
        _code("share", "Phần", required=True),
        _text("legal_basis", "Căn cứ"),
        _text("reviewed_by", "Người rà soát"),
    ),
    key=("old_code", "new_code", "effective_from"),
    mode=Mode.SNAPSHOT,
)

CONTACTS = Dataset(
    "contacts",
    (
        _code("unit_code", "Mã đơn vị", required=True),
        _code("role", "Vai trò", required=True),
        _text("name", "Họ tên", required=True),
        _code("email", "Thư điện tử", "Email", required=True),
        _text("title", "Chức vụ"),
        _text("salutation", "Xưng hô"),
        _on("valid_from", "Hiệu lực từ"),
        _on("valid_to", "Hiệu lực đến"),
    ),
    key=("unit_code", "role", "email", "valid_from"),
    mode=Mode.SNAPSHOT,
)

ABSENCES = Dataset(
    "absences",
    (
        _code("unit_code", "Mã đơn vị", required=True),
        _on("from_on", "Từ ngày", required=True),
        _on("to_on", "Đến ngày"),
        _code("delegate_email", "Thư điện tử người được ủy quyền"),
        _text("reason", "Lý do"),
    ),
    key=("unit_code", "from_on"),
    mode=Mode.SNAPSHOT,
)

PROCEDURES = Dataset(
    "procedures",
    (
        _code("procedure_code", "Mã thủ tục", "Mã TTHC", required=True),
        _text("name", "Tên thủ tục hành chính", "Tên thủ tục", required=True),
        _text("field", "Lĩnh vực"),
        _code("level", "Cấp"),
        _number("duration_amount", "Thời hạn giải quyết"),
        _code("duration_unit", "Đơn vị thời hạn"),
        _number("internal_amount", "Thời hạn nội bộ"),
        _code("internal_unit", "Đơn vị thời hạn nội bộ"),
        _code("supplement_policy", "Cách tính khi bổ sung"),
        Column("online", Kind.BOOLEAN, headings=("Trực tuyến",)),
        _code("status", "Trạng thái"),
        _on("valid_from", "Hiệu lực từ"),
        _on("valid_to", "Hiệu lực đến"),
        _code("replaced_by", "Thay thế bởi"),
    ),
    key=("procedure_code", "valid_from"),
    mode=Mode.SNAPSHOT,
)

POSTINGS = Dataset(
    "postings",
    (
        _code("unit_code", "Mã đơn vị", required=True),
        _code("procedure_code", "Mã thủ tục", "Mã TTHC", required=True),
        _on("seen_on", "Ngày ghi nhận", "Ngày kiểm tra", required=True),
    ),
    key=("unit_code", "procedure_code", "seen_on"),
    mode=Mode.DELTA,
)

RECOMMENDATIONS = Dataset(
    "recommendations",
    (
        _code("recommendation_code", "Mã kiến nghị", "Số kiến nghị", required=True),
        _code("unit_code", "Mã đơn vị", required=True),
        _text("content", "Nội dung kiến nghị", "Nội dung", required=True),
        _on("issued_on", "Ngày ban hành", "Ngày kiến nghị", required=True),
        _code("inspection_code", "Mã cuộc kiểm tra"),
        _code("inspecting_unit_code", "Cơ quan kiểm tra"),
        _code("kind", "Loại"),
        _code("priority", "Mức ưu tiên"),
        _on("due_on", "Thời hạn", "Hạn thực hiện"),
        _code("status", "Trạng thái"),
        _text("document_no", "Số văn bản"),
        _text("found_by", "Cơ quan phát hiện"),
        _code("follow_up_unit_code", "Cơ quan theo dõi"),
        _text("target_metric", "Chỉ tiêu"),
        _text("target_value", "Mức chỉ tiêu"),
    ),
    key=("recommendation_code",),
    mode=Mode.DELTA,
    aged=True,
)

RECOMMENDATION_EVENTS = Dataset(
    "recommendation_events",
    (
        _code("recommendation_code", "Mã kiến nghị", "Số kiến nghị", required=True),
        _at("at", "Thời điểm", "Ngày", required=True, fill="open"),
        _code("event", "Sự kiện", required=True),
        _code("event_id", "Mã sự kiện"),
        _text("note", "Ghi chú"),
        _text("reason", "Lý do"),
        _text("approver", "Người phê duyệt"),
        _on("expires_on", "Hết hiệu lực"),
        _text("document_no", "Số văn bản"),
        _on("new_due_on", "Thời hạn mới"),
        _code("to_unit_code", "Đơn vị nhận"),
        _text("evidence", "Minh chứng"),
        _text("actor", "Người thực hiện"),
    ),
    key=("event_id",),  # else recommendation_code + at + event: tasks/intake/keys.py
    mode=Mode.DELTA,
)

DATASETS: dict[str, Dataset] = {
    d.name: d
    for d in (
        UNITS,
        UNIT_SUCCESSION,
        CONTACTS,
        ABSENCES,
        PROCEDURES,
        POSTINGS,
        DOSSIERS,
        DOSSIER_EVENTS,
        RECOMMENDATIONS,
        RECOMMENDATION_EVENTS,
    )
}
