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
    "audit_head": (
        "  sổ việc làm: {rows} dòng, nguyên vẹn, dấu niêm {seal}",
        "  audit: {rows} rows, unbroken, seal {seal}",
    ),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)


def counted(counts: Mapping[str, int], locale: str) -> str:
    """The kinds swept, with their numbers."""
    return ", ".join(say(kind, locale, n=number) for kind, number in counts.items())
