"""Recordings and other source files, kept by their content, in a folder or any store that fsspec knows.

The name is the SHA-256 of the content, `ab/abcdef….mp3`: the same content is kept once, and what has such a
name is whole.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import InputError, WorkError
from store.database import full_disk

CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class Kept:
    """A kept file, to be read in parts wherever it lies. `size` in bytes; `extension` as it came, `.mp3`."""

    files: AbstractFileSystem
    path: str
    size: int

    @property
    def extension(self) -> str:
        return PurePosixPath(self.path).suffix

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`, in chunks; what lies before them is not read."""
        with self.files.open(self.path, "rb") as content:
            content.seek(start)
            while start < stop and (chunk := content.read(min(CHUNK, stop - start))):
                start += len(chunk)
                yield chunk


def save(source: Path, root_url: str) -> str:
    """Keeps a copy of the file under `root_url` unless it is there. Its SHA-256, in hexadecimal.

    InputError: the file cannot be read or is being written, or the root is unknown. WorkError: full disk, or
    no leave to write.
    """
    sha256 = _digest(source)
    files, root = _open(root_url)
    try:
        if _stored(files, root, sha256) is None:
            _copy_in(source, files, f"{root}/{sha256[:2]}", sha256)
    except OSError as error:
        raise _work_error(error, root_url) from error
    return sha256


def find(sha256: str, root_url: str) -> Kept:
    """The kept file with this content. WorkError: it is not there."""
    files, root = _open(root_url)
    stored = _stored(files, root, sha256)
    if stored is None:
        raise WorkError("opptaket mangler", f"{root_url}/{sha256}", "Hent det fra en sikkerhetskopi.")
    return Kept(files, stored, files.size(stored))


@contextmanager
def local_copy(sha256: str, root_url: str) -> Iterator[Path]:
    """A path on this machine to read from, inside the block. Never write: it may be the kept file.

    InputError: the content is not what was kept. WorkError: it is not there, or there is no room for a copy.
    """
    kept = find(sha256, root_url)
    if isinstance(kept.files, LocalFileSystem):
        yield _whole(Path(kept.path), sha256)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _name(kept.path)
        try:
            kept.files.get_file(kept.path, str(path))
        except OSError as error:
            raise _work_error(error, root_url) from error
        yield _whole(path, sha256)


def _whole(path: Path, sha256: str) -> Path:
    """The path. InputError where somebody or a bad disk changed the file since it was kept."""
    if _digest(path) != sha256:
        what = "opptaket er skadet eller byttet ut siden det ble lagt til"
        raise InputError(what, str(path), "Hent filen fra en sikkerhetskopi.")
    return path


def _open(root_url: str) -> tuple[AbstractFileSystem, str]:
    try:
        files, root = url_to_fs(root_url)
    except (ValueError, ImportError) as error:
        what = f"lageret for opptak kan ikke brukes ({error})"
        raise InputError(what, root_url, "Bruk en mappe, eller installer det som trengs.") from error
    return files, root.rstrip("/")


def _digest(source: Path) -> str:
    try:
        with source.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        what = f"filen kan ikke leses ({error.strerror})"
        raise InputError(what, str(source), "Oppgi en lesbar fil.") from error


def _stored(files: AbstractFileSystem, root: str, sha256: str) -> str | None:
    """Where the content is kept, under whatever extension it came with first, or None."""
    folder = f"{root}/{sha256[:2]}"
    files.invalidate_cache(folder)
    try:
        names = files.ls(folder, detail=False)
    except FileNotFoundError:
        return None
    return next((str(name) for name in sorted(names) if _name(name).split(".")[0] == sha256), None)


def _copy_in(source: Path, files: AbstractFileSystem, folder: str, sha256: str) -> None:
    """Copies under a name that nobody looks for, then moves: a stop leaves nothing half under a real name."""
    part = f"{folder}/part-{uuid4().hex}"
    files.makedirs(folder, exist_ok=True)
    try:
        if _copy(source, files, part) != sha256:
            raise InputError("filen endret seg underveis", str(source), "Vent til den er ferdig skrevet.")
        files.mv(part, f"{folder}/{sha256}{source.suffix.lower()}")
    finally:
        if files.exists(part):
            files.rm_file(part)


def _copy(source: Path, files: AbstractFileSystem, part: str) -> str:
    """Copies to the disk itself, not just to its cache; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as content, files.open(part, "wb") as copy:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
    if isinstance(files, LocalFileSystem):
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
    return digest.hexdigest()


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _work_error(error: OSError, root_url: str) -> WorkError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_disk(root_url)
    what = f"opptaket kan ikke lagres ({error.strerror or error})"
    return WorkError(what, root_url, "Se til at mappen finnes og kan brukes.")
