"""Looking for words where nobody should find them: through gzip, base64, JSON escapes and the encodings of mail."""

import base64
import binascii
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_DEEP = 3


def found_in(paths: Iterable[Path], words: Iterable[str]) -> list[str]:
    """Where one of the words lies: `path: word` for every file that knows it."""
    wanted = {word: _spellings(word) for word in words}
    hits = []
    for path in paths:
        readings = [reading.lower() for reading in readings_of(path.read_bytes(), mail=path.suffix == ".eml")]
        for word, spellings in wanted.items():
            if any(spelling in reading for spelling in spellings for reading in readings):
                hits.append(f"{path}: {word}")
    return hits


def files_below(*folders: Path) -> list[Path]:
    """Every file there; a folder that is missing or empty would make a search worthless."""
    found = []
    for folder in folders:
        inside = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
        assert inside, f"nothing to search in {folder}"
        found += inside
    return found


def readings_of(data: bytes, *, mail: bool = False, depth: int = _DEEP) -> Iterator[bytes]:
    """The bytes, and what can be unpacked from them."""
    yield data
    if not depth:
        return
    if data[:2] == b"\x1f\x8b":
        yield from readings_of(gzip.decompress(data), depth=depth - 1)
    if mail:
        message = message_from_bytes(data, policy=policy.default)
        parts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
        yield " ".join([*map(str, message.values()), *parts]).encode()
    for token in _BASE64.findall(data):
        try:
            inside = base64.b64decode(token + b"=" * (-len(token) % 4))
        except binascii.Error:
            continue
        if len(inside) > 18:
            yield from readings_of(inside, depth=depth - 1)


def _spellings(word: str) -> set[bytes]:
    return {word.encode().lower(), json.dumps(word)[1:-1].encode().lower()}
