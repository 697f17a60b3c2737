"""Why a file was refused, written for the office that sent it: one small text beside the drop folder.

The file itself stays where it is: dondoc never moves or deletes an office's file. One text per content, in Vietnamese.
"""

import contextlib
import os
from pathlib import Path

from tasks.sources.base import SourceFault

FOLDER = "rejected"
_LONGEST_NAME = 255  # bytes, on every file system in use

# What is wrong is in the file: its sender can mend it. Everything else is ours or the machine's to mend.
OF_THE_FILE = frozenset(
    {
        "broken_quotes",
        "duplicate_column",
        "encoding_unknown",
        "encoding_unsupported",
        "file_too_large",
        "format_unsupported",
        "missing_column",
        "no_header",
        "nul_in_file",
        "old_font",
        "workbook_bomb",
        "workbook_damaged",
        "workbook_entities",
        "workbook_foreign",
        "workbook_html",
        "workbook_linked",
        "workbook_locked",
        "workbook_macros",
        "workbook_old",
        "workbook_tables",
        "workbook_too_complex",
        "workbook_too_slow",
    }
)


def tell_sender(drop: Path, name: str, sha256: str, fault: SourceFault) -> bool:
    """Write `rejected/<name>.<hash8>.txt` beside the drop folder unless it is there. False: it could not be written."""
    folder = drop.parent / FOLDER
    path = folder / _file_name(name, sha256)
    try:
        folder.mkdir(exist_ok=True, mode=0o750)
        if folder.is_symlink():
            return False
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    except FileExistsError:
        return folder.is_dir() and not folder.is_symlink()
    except OSError:
        return False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(_text(name, sha256, fault))
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        return False
    return True


def _file_name(name: str, sha256: str) -> str:
    ending = f".{sha256[:8]}.txt"
    room = _LONGEST_NAME - len(ending)
    return name.encode()[:room].decode(errors="ignore") + ending


def _text(name: str, sha256: str, fault: SourceFault) -> str:
    return (
        f"Tệp không nhận: {name}\n"
        f"Lý do: {fault.sentence('vi')}\n"
        "Tệp gốc vẫn nằm nguyên trong thư mục gửi; không dữ liệu nào của tệp này được nạp.\n"
        f"Dấu vân tay nội dung (SHA-256): {sha256}\n"
    )
