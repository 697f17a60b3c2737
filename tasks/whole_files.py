"""Files of the state folder that people open: there whole or not at all, and never readable by others for a moment."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Bytes for a file that appears when the block ends well. Readable by its owner only.

    Two that write the same file at once each have a part of their own: the one that ends last is what stays.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")  # 0600
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def write_whole(path: Path, text: str) -> None:
    """The text as such a file; its folder is made, for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole_file(path) as out:
        out.write(text.encode())
