"""`dondoc init`: a commented configuration in shadow mode, made-up samples of every dataset and of registers, a guide.

The files themselves stand in `init_templates/`; wiring to the command line is `cli`'s. Nothing is ever overwritten.
"""

import codecs
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from deployments.init_dates import moved
from deployments.init_guide import GUIDES, guide

CONFIG = "dondoc.toml"
SENTENCES = {
    "exists": (
        "Không ghi đè tệp đã có: {names}. Hãy chọn thư mục khác hoặc chuyển các tệp ấy đi.",
        "Files that exist are not overwritten: {names}. Choose another folder or move them away.",
    ),
    "written": (
        "Đã tạo {count} tệp trong {folder}. Chế độ shadow: thư được soạn và lưu, không gửi cho ai.\n"
        "Đọc trước: {folder}/HUONG-DAN.md\n"
        "Thử ngay:  dondoc --config {config} run morning --dry-run\n"
        "Còn thiếu: dondoc --config {config} doctor",
        "{count} files written to {folder}. Shadow mode: mails are composed and stored, sent to nobody.\n"
        "Read first: {folder}/HUONG-DAN.en.md\n"
        "Try it:     dondoc --config {config} run morning --dry-run\n"
        "Missing:    dondoc --config {config} doctor",
    ),
}


class StarterExistsError(Exception):
    """Some of the files are there already; nothing was written."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(self.sentence("en"))

    def sentence(self, locale: str = "vi") -> str:
        """What to do, for people."""
        return _sentence("exists", locale, names=", ".join(self.names))


def write_starter(target: Path, today: date) -> tuple[Path, ...]:
    """Write the starter into `target` (made if missing) and return the files, the configuration first.

    The dates of the samples are those of the weeks before `today`.
    CSV files get a byte order mark, so that spreadsheets show Vietnamese as it is. Raises StarterExistsError before
    anything is written when one of the files exists.
    """
    wanted = dict(_templates(today))
    there = tuple(name for name in wanted if (target / name).exists())
    if there:
        raise StarterExistsError(there)
    for name, body in wanted.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return tuple(target / name for name in wanted)


def written_sentence(written: tuple[Path, ...], locale: str = "vi") -> str:
    """What was done and what to try next, for people."""
    config = written[0]
    return _sentence("written", locale, count=len(written), folder=config.parent, config=config)


def _sentence(code: str, locale: str, **words: object) -> str:
    vietnamese, english = SENTENCES[code]
    return (english if locale == "en" else vietnamese).format(**words)


def _templates(today: date) -> Iterator[tuple[str, bytes]]:
    """Relative name and content of every file of the starter, the configuration first."""
    folder = files("deployments").joinpath("init_templates")
    yield CONFIG, folder.joinpath(CONFIG).read_bytes()
    for sample in sorted(folder.joinpath("data").iterdir(), key=lambda one: one.name):
        if sample.name.endswith(".csv"):
            yield f"data/{sample.name}", _as_of(sample, today)
    for book in sorted(folder.joinpath("registers").iterdir(), key=lambda one: one.name):
        name, ending = book.name.split(".")
        yield f"registers/{name}-{today:%Y%m%d}.{ending}", _as_of(book, today)
    for locale, name in GUIDES.items():
        yield name, guide(locale).encode()


def _as_of(sample: Traversable, today: date) -> bytes:
    return codecs.BOM_UTF8 + moved(sample.read_text(encoding="utf-8"), today).encode()
