"""Landing: every body as it was received, kept before anything is parsed, named by what it holds.

One gzip file per content (`<root>/ab/<sha256>.gz`, mode 0600), so the same body is kept once whoever sent it. The books
about it (source, promoted or not) are the warehouse's; object storage comes in here when it comes.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

BLOCK: Final = 1024 * 1024  # bytes held at a time
_GZIP: Final = 31  # zlib's window bits of a gzip file
_QUICK, _AS_IT_IS = 1, 0  # levels: what is packed already is not packed again
_PACKED: Final = (b"PK\x03\x04", b"\x1f\x8b")


class LandingError(Exception):
    """A landed body is gone (`missing`) or is not what its name says (`damaged`)."""

    def __init__(self, code: str, sha256: str) -> None:
        super().__init__(f"{code}: {sha256}")
        self.code = code
        self.sha256 = sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedBody:
    """One body as received. `path` is relative to the landing's root; `bytes` is the size before compression."""

    sha256: str
    source: str
    path: str
    name: str
    bytes: int
    data_moment: datetime


@dataclass(frozen=True, slots=True)
class Landing:
    """The store of bodies under `root`. With `dry=True` nothing is written there: bodies live as long as this object.

    A dry body is held in memory while it is small and in a nameless temporary file after that.
    """

    root: Path
    dry: bool = False
    _held: dict[str, IO[bytes]] = field(default_factory=dict, init=False, repr=False)

    def land(self, source: str, name: str, body: bytes, data_moment: datetime, now: datetime) -> LandedBody:
        """Keep `body`; landing it again renews its age. `now` is the run's clock and what retention counts from."""
        return self.land_blocks(source, name, (body,), data_moment, now)

    def land_blocks(
        self, source: str, name: str, blocks: Iterable[bytes], data_moment: datetime, now: datetime
    ) -> LandedBody:
        """Keep a body that comes in blocks, holding one at a time. Whatever the blocks raise leaves nothing behind."""
        if self.dry:
            out: IO[bytes] = tempfile.SpooledTemporaryFile(8 * BLOCK)  # noqa: SIM115 -- it lives as long as the landing
            sha256, size = _pack(blocks, out)
            self._held[sha256] = out
        else:
            sha256, size = self._store(blocks, now)
        path = self._path(sha256).relative_to(self.root).as_posix()
        return LandedBody(sha256=sha256, source=source, path=path, name=name, bytes=size, data_moment=data_moment)

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """The body of that hash block by block. Raises LandingError, at the latest when the last one was given.

        Nothing read before the end may count: only there is the hash known to be right.
        """
        digest = hashlib.sha256()
        try:
            for block in self._unpacked(sha256):
                digest.update(block)
                yield block
        except FileNotFoundError:
            raise LandingError("missing", sha256) from None
        except (zlib.error, EOFError, OSError):
            raise LandingError("damaged", sha256) from None
        if digest.hexdigest() != sha256:
            raise LandingError("damaged", sha256)

    def read(self, sha256: str) -> bytes:
        """The body of that hash, checked against it. Raises LandingError."""
        return b"".join(self.blocks(sha256))

    def sweep(self, older_than: datetime) -> list[str]:
        """Delete bodies last landed before that instant (and what broken-off writes left); their hashes, sorted."""
        gone: list[str] = []
        for path in self.older(older_than):
            path.unlink()
            if path.suffix == ".gz":
                gone.append(path.stem)
        return gone

    def older(self, than: datetime) -> Iterator[Path]:
        """The files that a sweep would delete, each looked at in its turn: it may just have been landed anew."""
        for path in sorted(self.root.glob("??/*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime < than.timestamp():
                yield path

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}.gz"

    def _store(self, blocks: Iterable[bytes], now: datetime) -> tuple[str, int]:
        """The file is there whole or not at all, also after a power cut."""
        incoming = self.root / "00"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(".part", dir=incoming)  # 0600
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                sha256, size = _pack(blocks, out)
                path = self._path(sha256)
                out.flush()
                os.fsync(out.fileno())
                _move(part, path)  # also over one that lies there: the disk may have damaged it
            os.utime(path, (now.timestamp(), now.timestamp()))
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def _unpacked(self, sha256: str) -> Iterator[bytes]:
        if sha256 in self._held:
            yield from _unpack(_Reading(self._held[sha256]).read)
        else:
            with self._path(sha256).open("rb") as packed:
                yield from _unpack(packed.read)


@dataclass(slots=True)
class _Reading:
    """One way through a file that others may be reading as well."""

    file: IO[bytes]
    place: int = 0

    def read(self, size: int) -> bytes:
        self.file.seek(self.place)
        block = self.file.read(size)
        self.place += len(block)
        return block


def _move(part: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _pack(blocks: Iterable[bytes], out: IO[bytes]) -> tuple[str, int]:
    """Write the blocks packed; hash and size of what came."""
    digest, size, packer = hashlib.sha256(), 0, None
    for block in blocks:
        if packer is None:
            packer = zlib.compressobj(_AS_IT_IS if block.startswith(_PACKED) else _QUICK, wbits=_GZIP)
        digest.update(block)
        size += len(block)
        out.write(packer.compress(block))
    out.write((packer or zlib.compressobj(_QUICK, wbits=_GZIP)).flush())
    return digest.hexdigest(), size


def _unpack(packed: Callable[[int], bytes]) -> Iterator[bytes]:
    """Never more than a few blocks at a time, however well they were packed. Raises EOFError for a cut file."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    while read := packed(BLOCK // 4):
        while read and not unpacker.eof:
            if block := unpacker.decompress(read, BLOCK):
                yield block
            read = unpacker.unconsumed_tail
    if rest := unpacker.flush():
        yield rest
    if not unpacker.eof or unpacker.unused_data:
        raise EOFError
