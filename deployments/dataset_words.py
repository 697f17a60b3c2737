"""What each dataset is for, who keeps it and what usually goes wrong with it: for the guide of `init` and the desks.

One entry a dataset of `tasks/rules/datasets`; columns, words and keys are never repeated here, they come from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatasetWords:
    """Vietnamese and English of one dataset."""

    title: tuple[str, str]
    purpose: tuple[str, str]
    keeper: tuple[str, str]
    mistakes: tuple[tuple[str, str], ...]


WORDS: Mapping[str, DatasetWords] = {
    "units": DatasetWords(
        ("Đơn vị", "Units"),
        (
            "Danh sách cơ quan, đơn vị mà hồ sơ, kiến nghị nói tới. Mỗi dòng là một mã đơn vị trong một thời gian.",
            "The authorities that dossiers and recommendations speak of. One line is one unit code for a time.",
        ),
        ("Phòng Tổ chức, Sở Nội vụ", "the organisation office of the Department of Home Affairs"),
        (
            (
                "Mã đơn vị mất số 0 ở đầu vì bảng tính đổi thành số: để cột mã ở dạng văn bản.",
                "Codes lose their leading zeros when a spreadsheet makes numbers of them: format the column as text.",
            ),
            (
                "Đơn vị thôi hoạt động bị xóa khỏi tệp: hãy giữ dòng và ghi ngày hết hiệu lực.",
                "A unit that ended is deleted from the file: keep its line and fill the last day of validity.",
            ),
        ),
    ),
    "unit_succession": DatasetWords(
        ("Đơn vị kế thừa", "Succession of units"),
        (
            "Sau sắp xếp, việc của đơn vị cũ thuộc đơn vị mới nào, từ ngày nào, theo văn bản nào; không suy từ tên.",
            "Which new unit answers for which old one, since when and by what document. Never concluded from names.",
        ),
        ("Phòng Tổ chức, Sở Nội vụ", "the organisation office of the Department of Home Affairs"),
        (
            (
                "Đơn vị bị chia cho nhiều nơi nhưng ghi whole: ghi part cho từng nơi, default cho phần còn lại.",
                "A unit was divided but the line says whole: write part for each heir, default for the rest.",
            ),
        ),
    ),
    "contacts": DatasetWords(
        ("Danh bạ", "Contacts"),
        (
            "Thư gửi cho ai: người đứng đầu, cấp phó, lãnh đạo cấp trên của từng đơn vị.",
            "Who is written to: head, deputy and superiors of each unit.",
        ),
        ("Văn phòng Sở Nội vụ, theo báo cáo của từng đơn vị", "the office of the Department, as units report"),
        (
            (
                "Hai người đứng đầu cùng lúc: ghi ngày hết hiệu lực cho người cũ, nếu không đơn vị không có thư.",
                "Two heads at a time: give the former one a last day, else the unit is not written to at all.",
            ),
            (
                "Dòng superior, leadership ghi dưới mã cơ quan cấp trên hoặc chính đơn vị nhận theo dõi.",
                "Lines superior and leadership stand under the unit above, or under the unit whose items they receive.",
            ),
            (
                "Tệp là danh sách đầy đủ: người vắng trong tệp mới coi như thôi nhận thư.",
                "The file is the complete list: whoever is missing in a newer one is written to no more.",
            ),
        ),
    ),
    "absences": DatasetWords(
        ("Vắng mặt và ủy quyền", "Absences and delegates"),
        (
            "Người đứng đầu vắng từ ngày nào đến ngày nào và thư gửi cho ai thay.",
            "When a head is away and who is written to instead.",
        ),
        ("văn phòng của từng đơn vị", "the office of each unit"),
        (
            (
                "Không ghi địa chỉ người được ủy quyền: thư vẫn gửi người đứng đầu và người vận hành được báo.",
                "No delegate's address: mail still goes to the head, and ops are told.",
            ),
        ),
    ),
    "procedures": DatasetWords(
        ("Thủ tục hành chính", "Procedures"),
        (
            "Thời hạn giải quyết của từng thủ tục: căn cứ để tính hạn khi hồ sơ không ghi thời hạn.",
            "The time each procedure allows: the basis of due dates where a dossier does not say.",
        ),
        ("Phòng Kiểm soát thủ tục hành chính", "the office of administrative procedures control"),
        (
            (
                "Chỉ có số mà thiếu đơn vị thời hạn: «5» có thể là ngày làm việc, ngày thường hoặc giờ.",
                "An amount without its unit: “5” may be working days, calendar days or hours.",
            ),
            (
                "Thủ tục bị thay thế: giữ dòng cũ với ngày hết hiệu lực và mã thủ tục thay thế.",
                "A replaced procedure: keep its line with its last day and the code that replaces it.",
            ),
        ),
    ),
    "postings": DatasetWords(
        ("Niêm yết thủ tục", "Procedures on display"),
        (
            "Thủ tục mà đơn vị đang niêm yết, ghi nhận ngày nào: để thấy thủ tục đã bãi bỏ, thay thế vẫn còn niêm yết.",
            "What each unit displays, and when it was seen: shows procedures still on display though repealed.",
        ),
        ("người kiểm tra việc niêm yết, Sở Nội vụ", "who inspects the displays, Department of Home Affairs"),
        (
            (
                "Chỉ ghi thủ tục sai: hãy ghi mọi thủ tục thấy niêm yết ngày đó, bản ghi mới nhất thay bản cũ.",
                "Only the wrong ones are listed: list all that was on display that day, the newest day stands for all.",
            ),
        ),
    ),
    "dossiers": DatasetWords(
        ("Hồ sơ", "Dossiers"),
        (
            "Hồ sơ của tổ chức, công dân ở Bộ phận Một cửa: nhận ngày nào, hẹn trả ngày nào, đang ở đâu.",
            "Citizens' dossiers at the one-stop offices: when received, when promised, where they lie.",
        ),
        ("Bộ phận Một cửa của đơn vị, qua phần mềm một cửa", "the unit's one-stop office, through its software"),
        (
            (
                "Trạng thái là chữ riêng của phần mềm: khai status_map để đổi sang mã 1–10 của Cổng quốc gia.",
                "The status is the software's own word: declare it in status_map as a code 1-10.",
            ),
            (
                "Đơn vị ghi bằng tên: khai unit_map (tên trong phần mềm → mã đơn vị), hệ thống không tự đoán.",
                "The unit is a name: give a unit_map (the software's name → unit code), nothing is guessed.",
            ),
            (
                "Ngày kiểu tháng/ngày/năm: hệ thống đọc ngày/tháng/năm.",
                "Dates written month first: day/month/year is what is read.",
            ),
            (
                "Cột họ tên, số điện thoại, địa chỉ công dân: không cần và không được lưu.",
                "Citizens' names, phones, addresses: not needed, never stored.",
            ),
        ),
    ),
    "dossier_events": DatasetWords(
        ("Diễn biến hồ sơ", "Events of dossiers"),
        (
            "Tạm dừng, tiếp tục, gia hạn, chuyển hồ sơ: nhờ đó hạn được tính lại đúng. Cùng `system` với nguồn hồ sơ.",
            "Pauses, resumptions, extensions, transfers: due dates follow from them. Same `system` as the dossiers.",
        ),
        ("Bộ phận Một cửa của đơn vị, qua phần mềm một cửa", "the unit's one-stop office, through its software"),
        (
            (
                "Gia hạn không có số văn bản hoặc ngày hẹn mới: không được tính.",
                "An extension without document number or new date: it does not count.",
            ),
        ),
    ),
    "recommendations": DatasetWords(
        ("Kiến nghị sau kiểm tra", "Recommendations"),
        (
            "Việc mà đơn vị phải khắc phục sau kiểm tra, thời hạn và cơ quan theo dõi.",
            "What a unit must remedy after an inspection, by when, and who follows it up.",
        ),
        ("Phòng Cải cách hành chính, Sở Nội vụ (đoàn kiểm tra)", "the inspecting office of the Department"),
        (
            (
                "Thiếu thời hạn: đơn vị chưa bị nhắc; cơ quan kiểm tra được đề nghị ấn định.",
                "No due date: the unit is not reminded, the inspecting office is asked to set one.",
            ),
        ),
    ),
    "recommendation_events": DatasetWords(
        ("Diễn biến thực hiện kiến nghị", "Events of recommendations"),
        (
            "Nhật ký thực hiện: tiếp thu, kế hoạch, báo cáo, xác minh, gia hạn. Có nhật ký thì nhật ký quyết định.",
            "The log: acknowledged, planned, reported, verified, extended. Where there is a log, it decides.",
        ),
        ("Phòng Cải cách hành chính, Sở Nội vụ", "the inspecting office of the Department"),
        (
            (
                "Đơn vị tự ghi «verify»: báo cáo xong chưa phải là đã xác minh, việc xác minh thuộc người kiểm tra.",
                "The unit itself writes “verify”: reported is not verified, that is the inspector's word.",
            ),
        ),
    ),
}


def title_of(dataset: str, locale: str) -> str:
    """The dataset's name for people."""
    return WORDS[dataset].title[_place(locale)]


def keeper_of(dataset: str, locale: str) -> str:
    """Who keeps these data, and so who can correct them."""
    return WORDS[dataset].keeper[_place(locale)]


def _place(locale: str) -> int:
    return 1 if locale == "en" else 0
