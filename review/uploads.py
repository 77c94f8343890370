"""Files on their way in: sent in parts, kept in a folder of the settings' home till they are whole.

Each has a folder by a number of ours, never by a name of the sender's: `about.json`, and `part.mp3` with what has come
so far, so that it goes on where it was after a lost connection, a closed browser or a killed server.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import uuid4

from pipeline.errors import WorkError
from pipeline.transcript_files import SUFFIXES
from review.errors import NotFound, Refused, Stale
from review.language import _

PART = 4 * 1024**2  # bytes that are sent at once
LARGEST = 4 * 1024**3  # bytes of a recording: three hours as a studio records it
LARGEST_TEXT = 50 * 1024**2  # bytes of a transcript
ROOM = 512 * 1024**2  # bytes of the disk that are left alone
COPIES = 2  # a file that has come is copied to where recordings are kept, before it is removed
KEPT = 7 * 24 * 3600  # seconds that an unfinished file is kept after its last part
LONGEST_STEM = 120  # characters
EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")
ABOUT = "about.json"


@dataclass(frozen=True)
class Upload:
    """A file on its way: its name as people know it, and how much has come. `interview` is what it became."""

    id: str
    project_id: int
    name: str
    size: int
    person: str
    received: int = 0
    interview: str = ""


@dataclass(frozen=True)
class Uploads:
    """The files on their way to projects of one database."""

    home: Path
    database: str

    def begin(self, project_id: int, mark: str, name: str, size: int, person: str) -> Upload:
        """The upload with this mark of the sender's, where it was, or a new one.

        Refused: too large, empty, or no name. WorkError: no room for it on the disk.
        """
        self.clean()
        name = safe_name(name)
        check_size(name, size)
        marked = json.dumps([self.database, project_id, person, mark, name, size], ensure_ascii=False)
        upload_id = hashlib.sha256(marked.encode()).hexdigest()[:32]
        begun = self._read(upload_id) or Upload(upload_id, project_id, name, size, person)
        check_room(self.home, (0 if begun.interview else size - begun.received) + (COPIES - 1) * size, name)
        self._write(begun)
        return begun

    def find(self, project_id: int, upload_id: str) -> Upload:
        """The project's upload. NotFound: there is none, or it was given up long ago."""
        found = self._read(upload_id) if re.fullmatch("[0-9a-f]{32}", upload_id) else None
        if found is None or found.project_id != project_id:
            what, after = _("opplastingen finnes ikke"), _("Velg filen på nytt.")
            raise NotFound(what, upload_id[:32], after)
        return found

    def take(self, upload: Upload, start: int, content: bytes) -> Upload:
        """Adds a part, kept on the disk itself when this returns. Stale: it does not go on where the last one ended."""
        with self._held(upload) as file:
            received = os.fstat(file).st_size
            if start != received:
                raise Stale(
                    _("delen hører ikke til her"), _megabytes(start), _("Last siden på nytt, og velg filen igjen.")
                )
            if received + len(content) > upload.size:
                raise Refused(_("det kom mer enn filen skulle ha"), upload.name, _("Velg filen på nytt."))
            _write_all(file, content)
        return replace(upload, received=received + len(content))

    @contextmanager
    def whole(self, upload: Upload) -> Iterator[tuple[Upload, Path]]:
        """The upload as it is now and where the whole file lies, while nobody else handles it.

        One that has become an interview has no file any longer. Refused: some of it has not come yet.
        """
        with self._held(upload) as file:
            now = self.find(upload.project_id, upload.id)
            if not now.interview and os.fstat(file).st_size != upload.size:
                raise Refused(
                    _("hele filen er ikke kommet ennå"), upload.name, _("Velg filen på nytt for å fortsette.")
                )
            yield now, self._part(upload)
            if now.interview:
                self._part(upload).unlink()  # made only to be held

    def became(self, upload: Upload, interview: str) -> None:
        """Remembers for a while what the file became, should somebody ask again, and removes it."""
        self._write(replace(upload, interview=interview))
        self._part(upload).unlink(missing_ok=True)

    def forget(self, upload: Upload) -> None:
        """Removes what has come of it."""
        shutil.rmtree(self._folder(upload.id), ignore_errors=True)

    def unfinished(self, project_id: int) -> tuple[Upload, ...]:
        """The project's uploads that have begun and not ended, by name."""
        found = [self._read(part.parent.name) for part in self._root.glob("*/part.*")]
        here = [one for one in found if one and one.project_id == project_id and one.received and not one.interview]
        return tuple(sorted(here, key=lambda one: one.name))

    def clean(self) -> None:
        """Removes what nothing has come to for a week."""
        for folder in self._folders():
            with suppress(FileNotFoundError):  # somebody else was quicker
                changed = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
                if time.time() - changed > KEPT:
                    shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return sorted(self._root.iterdir()) if self._root.is_dir() else []

    @property
    def _root(self) -> Path:
        return self.home / "uploads"

    def _folder(self, upload_id: str) -> Path:
        return self._root / upload_id

    def _part(self, upload: Upload) -> Path:
        return self._folder(upload.id) / f"part{Path(upload.name).suffix}"

    def _read(self, upload_id: str) -> Upload | None:
        try:
            told = json.loads((self._folder(upload_id) / ABOUT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        upload = Upload(**told)
        part = self._part(upload)
        return replace(upload, received=part.stat().st_size if part.exists() else 0)

    def _write(self, upload: Upload) -> None:
        """Whole or not at all: a server may be killed at any moment."""
        folder = self._folder(upload.id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = folder / f"{uuid4().hex}.new"
        new.write_text(json.dumps(asdict(upload), ensure_ascii=False), encoding="utf-8")
        new.rename(folder / ABOUT)

    @contextmanager
    def _held(self, upload: Upload) -> Iterator[int]:
        """The part's file, for one at a time: the same file may be sent from two windows."""
        file = os.open(self._part(upload), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def safe_name(name: str) -> str:
    """The file's own name: without folders, dots in front, or anything that cannot be shown; `.MP3` as `.mp3`.

    Refused where nothing is left, or the ending is none.
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    shown = "".join(letter if letter.isprintable() else " " for letter in last)
    stem, dot, ending = " ".join(shown.split()).rpartition(".")
    stem, extension = stem.strip(" .")[:LONGEST_STEM].strip(), f"{dot}{ending.strip().lower()}"
    if not stem or not EXTENSION.fullmatch(extension):
        what = _("filen må ha et navn og en endelse")
        raise Refused(what, name[:LONGEST_STEM] or "–", _("Gi den for eksempel navnet intervju.mp3."))
    return stem + extension


def check_size(name: str, size: int) -> None:
    """Refused where the file is empty, or larger than is taken of its kind."""
    largest = LARGEST_TEXT if Path(name).suffix in SUFFIXES else LARGEST
    if size <= 0:
        raise Refused(_("filen er tom"), name, _("Hent den på nytt fra der den ble laget."))
    if size > largest:
        which = _("%(name)s, %(size)s", name=name, size=_megabytes(size))
        after = _("Lagre den som .mp3 eller .m4a, eller del den. Største fil er %(size)s.", size=_megabytes(largest))
        raise Refused(_("filen er for stor"), which, after)


def check_room(folder: Path, needed: int, name: str) -> None:
    """WorkError where the disk would be too full with so many bytes more."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed + ROOM:
        which = _("%(name)s, %(size)s ledig", name=name, size=_megabytes(free))
        after = _("Frigjør %(size)s på disken, og prøv igjen.", size=_megabytes(needed + ROOM - free))
        raise WorkError(_("det er ikke plass til filen på disken"), which, after)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.0f} MB"


def _write_all(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.fsync(file)
