"""The guide that `init` leaves beside the samples: of each dataset its use, keeper, columns, words, dates, mistakes.

Generated from the dataset catalogue and its words, so that it never says other than what is read. Vietnamese with an
English twin. Its last section, on paper registers, is register_guide.py's.
"""

from collections.abc import Iterator

from deployments.dataset_words import WORDS
from deployments.register_guide import register_section
from deployments.vocabulary_words import MEANINGS
from tasks.rules.datasets import DATASETS, VOCABULARY, Column, Dataset, Kind, Mode

GUIDES = {"vi": "HUONG-DAN.md", "en": "HUONG-DAN.en.md"}
DATES = ("20/11/2026", "20/11/2026 08:15", "20/11/2026 08:15:30", "2026-11-20", "2026-11-20T08:15", "20261120081530")
_TEXTS = {
    "title": ("Hướng dẫn chuẩn bị dữ liệu", "How to prepare the data"),
    "intro": (
        "Mỗi mục dưới đây là một tập dữ liệu, kèm tệp mẫu trong thư mục data/. Tệp CSV (UTF-8) hoặc XLSX; tên cột là "
        "tên tiếng Việt hoặc tên kỹ thuật trong bảng, thứ tự tùy ý, cột khác được bỏ qua. Không gửi họ tên, số giấy "
        "tờ, điện thoại, địa chỉ của công dân.",
        "Each section is one dataset, with a sample in data/. CSV (UTF-8) or XLSX; headings are the Vietnamese or the "
        "technical names of the tables below, in any order, other columns are ignored. Send no names, identity "
        "numbers, phones or addresses of citizens.",
    ),
    "steps": ("Các bước", "Steps"),
    "step_list": (
        "1. Thay từng tệp mẫu bằng dữ liệu thật, bắt đầu từ units, contacts, procedures.\n"
        "2. `dondoc doctor`: xem còn thiếu gì.\n"
        "3. `dondoc run morning --dry-run --out thu-mau`: đọc thử các thư lẽ ra được gửi.\n"
        "4. Chạy `dondoc up` ở chế độ shadow vài ngày, xử lý khu cách ly (`dondoc quarantine list`).\n"
        "5. Khai `enforce_from`, rồi `dondoc mail mode live`.\n"
        "6. `dondoc run reconcile`: đối soát với nguồn và sổ giấy, khi đã có một buổi sáng hay một lần nhận dữ liệu.",
        "1. Replace the samples by real data one by one, beginning with units, contacts, procedures.\n"
        "2. `dondoc doctor`: see what is missing.\n"
        "3. `dondoc run morning --dry-run --out sample-mails`: read the mails that would be sent.\n"
        "4. Run `dondoc up` in shadow mode for some days, settle the quarantine (`dondoc quarantine list`).\n"
        "5. Set `enforce_from`, then `dondoc mail mode live`.\n"
        "6. `dondoc run reconcile`: compare with sources and paper registers, once a morning or a sync has run.",
    ),
    "date_forms": ("Cách ghi ngày", "How dates are written"),
    "date_words": (
        "Ngày trước, tháng sau; năm đủ bốn chữ số. Ô ngày của bảng tính cũng đọc được. Nhận: {forms}. Nguồn ghi tháng "
        "trước ngày phải báo trước, hệ thống không đoán.",
        "Day before month, years of four digits. Date cells of workbooks are read too. Accepted: {forms}. A source "
        "that writes the month first must say so beforehand, nothing is guessed.",
    ),
    "keeper": ("Ai giữ: {who}.", "Kept by: {who}."),
    "sample": ("Tệp mẫu: data/{name}.csv.", "Sample: data/{name}.csv."),
    "snapshot": (
        "Tệp là danh sách đầy đủ: dòng vắng trong tệp mới được coi là đã hết.",
        "A file is the complete list: a line missing in a newer one has ended.",
    ),
    "delta": ("Tệp có thể chỉ gồm cái mới hoặc vừa đổi.", "A file may hold only what is new or changed."),
    "key": ("Khóa: {columns}.", "Key: {columns}."),
    "columns": (
        "| Cột | Tên kỹ thuật | Kiểu | Bắt buộc |\n|---|---|---|---|",
        "| Heading | Name | Kind | Required |\n|---|---|---|---|",
    ),
    "yes": ("**có**", "**yes**"),
    "words": ("Từ được dùng:", "Words in use:"),
    "mistakes": ("Lỗi hay gặp:", "Frequent mistakes:"),
    "text": ("chữ", "text"),
    "code": ("mã (dạng văn bản)", "code (as text)"),
    "instant": ("ngày, có thể kèm giờ", "date, time if known"),
    "day": ("ngày", "date"),
    "number": ("số nguyên", "whole number"),
    "boolean": ("có / không", "có / không (yes / no)"),
}


def guide(locale: str) -> str:
    """The whole guide as Markdown."""
    return "\n".join(_lines(locale)) + "\n"


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return _TEXTS[key][_place(locale)].format(**words)


def _lines(locale: str) -> Iterator[str]:
    yield f"# {say('title', locale)}\n"
    yield say("intro", locale)
    yield f"\n## {say('steps', locale)}\n"
    yield say("step_list", locale)
    yield f"\n## {say('date_forms', locale)}\n"
    yield say("date_words", locale, forms=", ".join(f"`{form}`" for form in DATES))
    for dataset in DATASETS.values():
        yield from _section(dataset, locale)
    yield from register_section(locale)


def _section(dataset: Dataset, locale: str) -> Iterator[str]:
    told, place = WORDS[dataset.name], _place(locale)
    yield f"\n## {told.title[place]} (`{dataset.name}`)\n"
    yield told.purpose[place]
    yield say("keeper", locale, who=told.keeper[place])
    yield say("sample", locale, name=dataset.name)
    yield say("snapshot" if dataset.mode is Mode.SNAPSHOT else "delta", locale)
    yield say("key", locale, columns=", ".join(f"`{name}`" for name in dataset.key)) + "\n"
    yield say("columns", locale)
    yield from (_column(column, locale) for column in dataset.columns)
    yield from _words(dataset, locale)
    yield f"\n{say('mistakes', locale)}\n"
    yield from (f"- {mistake[place]}" for mistake in told.mistakes)


def _column(column: Column, locale: str) -> str:
    headings = ", ".join(column.headings) or column.name
    required = say("yes", locale) if column.required else ""
    return f"| {headings} | `{column.name}` | {say(Kind(column.kind).value, locale)} | {required} |"


def _words(dataset: Dataset, locale: str) -> Iterator[str]:
    listed = [column for column in dataset.columns if (dataset.name, column.name) in VOCABULARY]
    if listed:
        yield f"\n{say('words', locale)}\n"
    for column in listed:
        meanings = MEANINGS[dataset.name, column.name]
        told = (f"`{word}` ({meanings[word][_place(locale)]})" for word in VOCABULARY[dataset.name, column.name])
        yield f"- `{column.name}`: {', '.join(told)}"


def _place(locale: str) -> int:
    return 1 if locale == "en" else 0
