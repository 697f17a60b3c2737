"""Workbooks that are not opened at all, told by their first bytes and the directory of the zip before any parsing.

Size, bombs, locks, macros, foreign data, packages inside the package. What is inside the parts is looked at in
workbook_child.py, under limits.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from tasks.sources.table import Origin

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 65_535
_ENCRYPTED_FLAG: Final = 0x1
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PACKAGES: Final = (".zip", ".7z", ".rar", ".gz", ".xlsx", ".xlsm", ".xlsb", ".docx", ".docm", ".pptx", ".jar", ".ods")
_SMALL: Final = 1024 * 1024  # a part of this size does no harm whatever its ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookLimits:
    """How large a workbook may be: bytes as sent, unpacked in all, unpacked to packed for one part, and parts.

    The rest is for the process that parses: `memory` in bytes, processor and wall time in seconds, cells, characters.
    """

    raw: int = 50 * 1024 * 1024
    unpacked: int = 300 * 1024 * 1024
    ratio: int = 100
    parts: int = 2_000
    memory: int = 2 * 1024 * 1024 * 1024
    cpu_seconds: int = 120
    wall_seconds: float = 240.0
    cells: int = 30_000_000
    characters: int = 400_000_000


def check_workbook(body: bytes, limits: WorkbookLimits, origin: Origin) -> None:
    """Raise SourceFault for a body that must not be parsed, with a sentence that says what to do."""
    if len(body) > limits.raw:
        raise origin.fault("file_too_large", limit=limits.raw)
    if not body.startswith(_ZIP):
        raise origin.fault(_other_form(body))
    if _entries(body) > limits.parts:
        raise origin.fault("workbook_bomb")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            _check_directory(package.infolist(), limits, origin)
            nested = any(_begins_as_package(package, part) for part in package.infolist())
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        zlib.error,
    ):
        raise origin.fault("workbook_damaged") from None
    if nested:
        raise origin.fault("workbook_foreign")


def _other_form(body: bytes) -> str:
    if body.startswith(_OLE):
        return "workbook_locked" if _LOCKED in body else "workbook_old"
    start = body[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\0", b"")
    return "workbook_html" if start.startswith(b"<") else "workbook_damaged"


def _entries(body: bytes) -> int:
    """How many parts the end of the zip announces, read before its directory is."""
    end = body.rfind(_END, max(0, len(body) - _END_BYTES - _LONGEST_COMMENT))
    return struct.unpack_from("<H", body, end + 10)[0] if 0 <= end <= len(body) - _END_BYTES else 0


def _check_directory(parts: list[zipfile.ZipInfo], limits: WorkbookLimits, origin: Origin) -> None:
    names = [part.filename.lower() for part in parts]
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked:
        raise origin.fault("workbook_bomb")
    if any(part.file_size > max(_SMALL, part.compress_size * limits.ratio) for part in parts):
        raise origin.fault("workbook_bomb")
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise origin.fault("workbook_locked")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise origin.fault("workbook_macros")
    if any(name.startswith(("xl/externallinks/", "xl/querytables/")) or name == "xl/connections.xml" for name in names):
        raise origin.fault("workbook_linked")
    if any(name.endswith(_PACKAGES) for name in names):
        raise origin.fault("workbook_foreign")
    if "xl/workbook.xml" not in names:
        raise origin.fault("format_unsupported")
    if len(set(names)) != len(names) or any(part.compress_type not in _PLAIN for part in parts):
        raise origin.fault("workbook_damaged")


def _begins_as_package(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """A package under an innocent name. Only the first bytes are unpacked."""
    with package.open(part) as opened:
        start = opened.read(len(_OLE))
    return start.startswith(_ZIP)
