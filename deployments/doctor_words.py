"""Vietnamese and English words of `doctor`: what is missing before a province can go live, and what to do."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "reachable": ("Nguồn {name}: kết nối được {where}", "Source {name}: {where} can be reached"),
    "unreachable": (
        "Nguồn {name}: không kết nối được {where}; kiểm tra địa chỉ, tường lửa, máy chủ",
        "Source {name}: {where} cannot be reached; check address, firewall, server",
    ),
    "never": (
        "Nguồn {name}: chưa nhận lần nào; chạy `dondoc run sync --source {name}`",
        "Source {name}: never pulled; run `dondoc run sync --source {name}`",
    ),
    "source_error": ("Nguồn {name}: {error}", "Source {name}: {error}"),
    "stale": (
        "Nguồn {name}: số liệu đến {moment}, đã cũ; các mục của nguồn này chưa được nhắc",
        "Source {name}: data as of {moment} are stale; its items are kept out of the mails",
    ),
    "fresh": ("Nguồn {name}: số liệu đến {moment}", "Source {name}: data as of {moment}"),
    "no_units": (
        "Chưa có đơn vị nào trong kho dữ liệu, chưa thư nào đi được: khai nguồn units rồi chạy `dondoc run sync`",
        "The warehouse knows no unit, no mail can go out: configure a units source and run `dondoc run sync`",
    ),
    "units_headless": (
        "{n} đơn vị chưa có người đứng đầu trong danh bạ: {units}. Bổ sung dòng head vào tệp danh bạ",
        "{n} units have no head in the directory: {units}. Add their head lines to the contacts file",
    ),
    "units_two_heads": (
        "{n} đơn vị có từ hai người đứng đầu cùng lúc nên không gửi được: {units}. Ghi ngày hết hiệu lực cho người cũ",
        "{n} units have two heads at a time and are written to no more: {units}. End the former head's line",
    ),
    "heads_unusable": (
        "{n} đơn vị có người đứng đầu nhưng thư không gửi được (bị trả lại): {units}. Sửa địa chỉ trong danh bạ",
        "{n} units have a head whose address bounces: {units}. Correct the address in the contacts file",
    ),
    "no_superior": (
        "{n} đơn vị chưa có lãnh đạo cấp trên: {units}. Mức nhắc 2 của các đơn vị này không tới ai; bổ sung dòng "
        "superior",
        "{n} units have no superior: {units}. Level 2 of theirs reaches nobody; add superior lines",
    ),
    "absent": (
        "{n} đơn vị có người đứng đầu đang vắng mà chưa ghi người được ủy quyền: {units}",
        "{n} units whose head is away have no delegate: {units}",
    ),
    "directory_ok": (
        "Danh bạ: {n} đơn vị đang có việc, đều có người nhận",
        "Directory: {n} units at work, all reachable",
    ),
    "unknown_units": (
        "{n} đơn vị trong hồ sơ, kiến nghị không có trong danh mục: {units}. Bổ sung vào tệp units hoặc unit_map",
        "{n} units of dossiers and recommendations are not in the list: {units}. Add them to units or to a unit_map",
    ),
    "unknown_procedures": (
        "{n} thủ tục trong hồ sơ không có trong danh mục: {procedures}. Bổ sung vào tệp procedures",
        "{n} procedures of dossiers are not in the list: {procedures}. Add them to the procedures file",
    ),
    "no_duration": (
        "{n} thủ tục trong hồ sơ không có thời hạn: {procedures}. Chỉ tính được theo ngày hẹn; bổ sung thời hạn",
        "{n} procedures of dossiers have no time allowed: {procedures}. Only the appointment counts; add the duration",
    ),
    "counted": ("{code} ({n})", "{code} ({n})"),
    "more": ("và {n} nữa", "and {n} more"),
    "enforce_from": (
        "Nguồn {name}: {n} mục đã quá hạn từ lâu mà chưa khai enforce_from; ngày đầu gửi thật sẽ có {mails} thư. Khai "
        "enforce_from để việc cũ chỉ báo người vận hành",
        "Source {name}: {n} items have been overdue for long and enforce_from is not set; the first live day sends "
        "{mails} mails. Set enforce_from so that old matters go to ops only",
    ),
    "quarantine": (
        "{n} bản ghi nằm trong khu cách ly quá {days} ngày làm việc: xem `dondoc quarantine list --older-than {days}`",
        "{n} records lie in quarantine for more than {days} working days: `dondoc quarantine list --older-than {days}`",
    ),
    "ready": ("Sẵn sàng.", "Ready."),
    "not_ready": ("Chưa sẵn sàng: {n} việc phải làm trước.", "Not ready: {n} things must be done first."),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)
