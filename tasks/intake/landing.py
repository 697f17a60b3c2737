"""Landing: every body as it was received, kept before anything is parsed, named by what it holds.

One gzip file per content (`<root>/ab/<sha256>.gz`, mode 0600), so the same body is kept once whoever sent it. The books
about it (source, promoted or not) are the warehouse's; object storage comes in here when it comes.
"""

import gzip
import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


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
    """The store of bodies under `root`. With `dry=True` nothing is written and bodies live in memory only."""

    root: Path
    dry: bool = False
    _held: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    def land(self, source: str, name: str, body: bytes, data_moment: datetime, now: datetime) -> LandedBody:
        """Keep `body`; landing it again renews its age. `now` is the run's clock and what retention counts from."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if self.dry:
            self._held[sha256] = body
        else:
            if not path.exists():
                _write_whole(path, gzip.compress(body, mtime=0))
            os.utime(path, (now.timestamp(), now.timestamp()))
        return LandedBody(
            sha256=sha256,
            source=source,
            path=path.relative_to(self.root).as_posix(),
            name=name,
            bytes=len(body),
            data_moment=data_moment,
        )

    def read(self, sha256: str) -> bytes:
        """The body of that hash, checked against it. Raises LandingError."""
        if sha256 in self._held:
            return self._held[sha256]
        try:
            body = gzip.decompress(self._path(sha256).read_bytes())
        except FileNotFoundError:
            raise LandingError("missing", sha256) from None
        except (EOFError, OSError):
            raise LandingError("damaged", sha256) from None
        if hashlib.sha256(body).hexdigest() != sha256:
            raise LandingError("damaged", sha256)
        return body

    def sweep(self, older_than: datetime) -> list[str]:
        """Delete bodies last landed before that instant (and what broken-off writes left); their hashes, sorted."""
        gone: list[str] = []
        for path in sorted(self.root.glob("??/*")):
            if path.is_symlink() or not path.is_file() or path.stat().st_mtime >= older_than.timestamp():
                continue
            path.unlink()
            if path.suffix == ".gz":
                gone.append(path.stem)
        return gone

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}.gz"


def _write_whole(path: Path, packed: bytes) -> None:
    """The file is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(packed)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
