"""Vietnamese and English words of housekeeping, the audit and backups."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "swept": ("  đã dọn: {counts}", "  swept: {counts}"),
    "would_sweep": ("  sẽ dọn: {counts}", "  would sweep: {counts}"),
    "landing": ("{n} tệp dữ liệu thô", "{n} bodies as received"),
    "files": ("{n} trang phiếu, báo cáo", "{n} cards and reports"),
    "dossiers": ("{n} phiên bản cũ của hồ sơ đã xong", "{n} old versions of finished dossiers"),
    "dossier_events": ("{n} phiên bản cũ của diễn biến hồ sơ", "{n} old versions of their events"),
    "contacts": ("{n} phiên bản cũ của danh bạ", "{n} old versions of contacts"),
    "absences": ("{n} phiên bản cũ của ngày vắng", "{n} old versions of absences"),
    "quarantine": ("nội dung {n} bản ghi lỗi đã xử lý", "the content of {n} settled quarantine rows"),
    "loads": ("{n} lần nạp không có gì mới", "{n} loads that brought nothing"),
    "runs": ("{n} lượt chạy không có việc", "{n} runs that found nothing to do"),
    "source_figures": ("{n} số liệu các nguồn tự báo", "{n} figures of the sources"),
    "backup_night": ("  đã sao lưu: {file}, {rows} dòng", "  backed up: {file}, {rows} rows"),
    "keeping": (
        "Lưu giữ: dữ liệu thô {landing} ngày, bản ghi lỗi đã xử lý {quarantine}, phiên bản cũ {versions}, lượt không "
        "có việc {runs}, báo cáo {files}; lượt `housekeeping` hằng đêm dọn",
        "Kept: bodies {landing} days, settled quarantine {quarantine}, old versions {versions}, runs without work "
        "{runs}, reports {files}; the nightly run `housekeeping` tidies",
    ),
    "backup_fresh": ("Bản sao lưu mới nhất: {file}", "Newest backup: {file}"),
    "backup_old": (
        "Bản sao lưu mới nhất đã quá {days} ngày: {file}. Chạy `dondoc backup`, kiểm tra lượt `housekeeping`",
        "The newest backup is older than {days} days: {file}. Run `dondoc backup`, look after the run `housekeeping`",
    ),
    "backup_none": (
        "Chưa có bản sao lưu nào trong {folder}: chạy `dondoc backup`",
        "There is no backup in {folder}: run `dondoc backup`",
    ),
    "backup_made": (
        "Đã sao lưu vào {file}: {size} MB, {rows} dòng, {bodies} tệp dữ liệu thô. Mật khẩu không nằm trong đó. Tệp "
        "chứa dữ liệu hồ sơ: cất nơi an toàn, ngoài máy này.",
        "Backed up into {file}: {size} MB, {rows} rows, {bodies} bodies as received. No passwords are inside. It holds "
        "records of dossiers: keep it safe, and not on this machine alone.",
    ),
    "restored": (
        "Đã khôi phục bản sao lưu lúc {made_at}: {rows} dòng, {bodies} tệp dữ liệu thô.",
        "Restored the backup of {made_at}: {rows} rows, {bodies} bodies as received.",
    ),
    "restored_mail": (
        "Mọi thư đang dừng, chế độ shadow, {held} thư của sổ cũ được giữ lại. Sổ không biết thư nào đã đi sau {last}: "
        "đối chiếu với nhật ký máy chủ thư trước khi chạy `dondoc mail mode live` và `dondoc mail start`.",
        "All mail is stopped, the mode is shadow, {held} mails of the old ledger are held. The ledger does not know "
        "what went out after {last}: compare with the mail server's log before `dondoc mail mode live` and "
        "`dondoc mail start`.",
    ),
    "role_run": (
        "{name}: chạy các luồng và lệnh; không xóa được sổ thư, sổ việc làm, không sửa được sổ việc làm",
        "{name}: runs flows and commands; cannot delete from the ledger and the audit, cannot change the audit",
    ),
    "role_read": (
        "{name}: chỉ xem; không thấy nội dung bản ghi lỗi, nội dung thư, nơi cất dữ liệu thô",
        "{name}: only looks; sees no quarantined content, no mail texts, not where bodies lie",
    ),
    "role_source": (
        "{name}: trong cơ sở dữ liệu của phần mềm nguồn; chỉ đọc khung nhìn báo cáo",
        "{name}: in the database of a source; reads the reporting view only",
    ),
    "roles_head": (
        "Chủ kho chạy sau `dondoc db upgrade`, lặp lại được; rồi đặt mật khẩu: ALTER ROLE … PASSWORD",
        "Run by the warehouse's owner after `dondoc db upgrade`, repeatable; then set passwords: ALTER ROLE … PASSWORD",
    ),
    "roles_source": (
        "Nguồn {name}: chạy trong cơ sở dữ liệu của nguồn, người quản trị ở đó thực hiện",
        "Source {name}: for the source's own database, run by its administrator",
    ),
    "number": ("Số", "No."),
    "when": ("Lúc", "When"),
    "by": ("Người thực hiện", "By"),
    "act": ("Việc", "Act"),
    "about": ("Về", "About"),
    "audit_empty": ("Sổ chưa có việc nào.", "Nothing in the audit yet."),
    "audit_head": (
        "  sổ việc làm: {rows} dòng, nguyên vẹn, dấu {mark}",
        "  audit: {rows} rows, unbroken, mark {mark}",
    ),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)


def counted(counts: Mapping[str, int], locale: str) -> str:
    """The kinds swept, with their numbers."""
    return ", ".join(say(kind, locale, n=number) for kind, number in counts.items())
