"""What becomes of a file that has come: an interview, one that there was already, or a refusal in plain words."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session, sessionmaker

from balansekunst.adding import hand_in
from balansekunst.file_errors import as_input_error
from balansekunst.settings import Settings
from pipeline.errors import InputError, WorkError
from review.addresses import interview_address
from review.errors import Refused
from review.language import _
from review.uploads import Upload, Uploads, check_room, check_size, safe_name
from store.interview_details import Details
from store.projects import Project

ADDED, DUPLICATE, REFUSED = "added", "duplicate", "refused"


@dataclass(frozen=True)
class Handed:
    """What became of a file. `problem` only where it was refused; else the interview that has its content."""

    file: str
    outcome: str
    interview: str = ""
    address: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Desk:
    """Where files of a project are handed in, and by whom."""

    sessions: sessionmaker[Session]
    settings: Settings
    project: Project
    person: str

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.settings.home, self.settings.database)

    def finish(self, upload: Upload, details: Details) -> Handed:
        """The file that came in parts becomes an interview. Refused: it is not whole, or cannot be used and is gone."""
        with self.uploads.whole(upload) as (now, path):
            if now.interview:
                return self._handed(upload.name, now.interview, duplicate=True)
            try:
                handed = self._hand_in(upload.name, path, details)
            except Refused:
                self.uploads.forget(upload)
                raise
            self.uploads.became(upload, handed.interview)
        return handed

    def take(self, name: str, content: BinaryIO, size: int, details: Details) -> Handed:
        """The file of a plain form becomes an interview, or a refusal that does not stop the others."""
        try:
            name = safe_name(name)
            check_size(name, size)
            check_room(self.settings.home, 2 * size, name)  # it is written twice: here, and where it is kept
            with self._copied(content, Path(name).suffix) as path:
                return self._hand_in(name, path, details)
        except InputError as error:
            return Handed(name, REFUSED, problem=f"{error.what[:1].upper()}{error.what[1:]}. {error.next}")

    def _hand_in(self, name: str, path: Path, details: Details) -> Handed:
        """Errors name the file as people know it, not where it lies on our disk."""
        try:
            added = hand_in(self.sessions, self.settings, self.project.id, path, details, Path(name).stem, self.person)
        except WorkError as error:
            raise WorkError(error.what, name, error.next) from error
        except InputError as error:
            raise Refused(error.what, name, error.next) from error
        except OSError as error:
            raise as_input_error(error, name) from error
        return self._handed(name, added.interview.name, added.duplicate)

    def _handed(self, file: str, interview: str, duplicate: bool) -> Handed:
        address = interview_address(self.project.name, interview)
        return Handed(file, DUPLICATE if duplicate else ADDED, interview, address)

    @contextmanager
    def _copied(self, content: BinaryIO, extension: str) -> Iterator[Path]:
        self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.settings.home) as folder:
            path = Path(folder) / f"whole{extension}"
            with path.open("wb") as copy:
                shutil.copyfileobj(content, copy)
            yield path


def new_interviews(handed: Sequence[Handed]) -> list[str]:
    """The names of the interviews that were added now."""
    return [one.interview for one in handed if one.outcome == ADDED]


def check_files(files: Sequence[object]) -> None:
    """Refused where no file was chosen."""
    if not files:
        raise Refused(_("du har ikke valgt noen fil"), _("Filer"), _("Velg én eller flere filer."))
