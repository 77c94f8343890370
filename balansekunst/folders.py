"""A folder of interviews with its manifest: everything is checked before anything is added, and then all is."""

from __future__ import annotations

import difflib
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

from balansekunst.adding import Checked, check_file, read_day, source_of
from balansekunst.file_errors import as_input_error
from balansekunst.manifest import (
    CHAIN,
    CONSENT,
    DATE,
    FILE,
    INTERVIEWER,
    PSEUDONYM,
    REQUIRED,
    ROLE,
    Line,
    Manifest,
    read_manifest,
)
from flows.context import Context
from pipeline.errors import InputError, WorkError
from store.interview_details import Details, details_of
from store.interviews import Added, Interview, add_interview, list_interviews
from store.projects import Project
from store.recordings import save

MANIFEST = "manifest.csv"
NOBODYS = {"thumbs.db", "desktop.ini"}  # what systems leave in folders
NO_CONSENT = {"nei", "no", "ingen", "mangler", "ikke gitt", "-", "–", "?"}
LONGEST = 200  # characters of a value
NORWEGIAN_DAY = "%d.%m.%Y"  # what spreadsheets make of a date here

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Ready:
    """A line that nothing is wrong with. `there` is the interview that has its content already, `found` its file's."""

    line: Line
    path: Path
    sha256: str
    details: Details
    there: Interview | None
    found: Checked | None

    @property
    def file(self) -> str:
        return self.line.values[FILE]

    @property
    def differs(self) -> bool:
        """Whether the manifest says other things than the project knows of the interview that is there."""
        known, said = asdict(details_of(self.there)) if self.there else {}, asdict(self.details)
        return any(said[name] and said[name] != value for name, value in known.items())


@dataclass(frozen=True)
class Checkup:
    """Either everything is ready to be added, or these are all the problems there are."""

    ready: tuple[Ready, ...]
    problems: tuple[InputError, ...]


@dataclass(frozen=True)
class _Folder:
    """What is compared: the manifest, the files by their names in it, and what the project has."""

    manifest: Manifest
    files: Mapping[str, Path]
    roles: Sequence[str]
    interviews: Sequence[Interview]


def manifest_of(folder: Path, given: Path | None) -> Path:
    """The manifest that was given, or the folder's own. InputError where there is neither a folder nor a manifest."""
    if not folder.is_dir():
        raise InputError("er ikke en mappe", str(folder), "Oppgi mappen som filene i manifestet ligger i.")
    path = given or folder / MANIFEST
    if not given and not path.is_file():
        raise InputError(f"mappen har ingen {MANIFEST}", str(folder), "Lag en, eller oppgi den med --manifest.")
    return path


def check_folder(here: Context, project: Project, folder: Path, manifest_path: Path, progress: Progress) -> Checkup:
    """Everything that is wrong, at once; nothing is kept or added. InputError where the manifest cannot be read."""
    manifest = read_manifest(manifest_path)
    with here.sessions.begin() as session:
        interviews = list_interviews(session, project.id)
    about = _Folder(manifest, _files_in(folder, manifest_path), project.roles, interviews)
    problems = [*manifest.problems, *_wrong_values(about), *_wrong_files(about)]
    found = {line: path for line in manifest.lines if (path := about.files.get(_name_in(line)))}
    looked = tuple(_looked_through(about, found, progress))
    problems += [one for one in looked if isinstance(one, InputError)]
    ready = tuple(one for one in looked if isinstance(one, Ready))
    problems += [*_taken(about, found, ready), *_same_content(about, ready)]
    return Checkup((), tuple(problems)) if problems else Checkup(ready, ())


def add_checked(here: Context, project: Project, ready: Sequence[Ready]) -> tuple[Added, ...]:
    """The interviews of all lines, in their order: added together, or none of them. WorkError: a file has changed."""
    sources = []
    for one in ready:
        if one.found is None:
            continue
        if save(one.path, here.settings.recordings) != one.sha256:
            raise WorkError("filen endret seg etter kontrollen", str(one.path), "Vent til den er ferdig, og gjenta.")
        sources.append(source_of(one.path, one.found, one.sha256, one.details, _stem(one.line)))
    with here.sessions.begin() as session:
        added = iter([add_interview(session, project.id, source) for source in sources])
    return tuple(Added(one.there, duplicate=True) if one.there else next(added) for one in ready)


def _files_in(folder: Path, manifest: Path) -> dict[str, Path]:
    """The files by name, as the manifest would write it; without what systems and editors leave behind."""
    return {
        unicodedata.normalize("NFC", path.relative_to(folder).as_posix()): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_nobodys(path.relative_to(folder)) and not path.samefile(manifest)
    }


def _is_nobodys(path: Path) -> bool:
    return path.name.lower() in NOBODYS or any(part.startswith((".", "~$")) for part in path.parts)


def _name_in(line: Line) -> str:
    return line.values[FILE].replace("\\", "/").removeprefix("./")


def _stem(line: Line) -> str:
    return Path(_name_in(line)).stem


def _wrong_values(about: _Folder) -> Iterator[InputError]:
    for line in about.manifest.lines:
        problem = partial(about.manifest.problem, line)
        for column in REQUIRED:
            if column in about.manifest.columns and not line.values[column]:
                yield problem(column, "mangler", "Fyll den ut.")
        for column, value in line.values.items():
            if len(value) > LONGEST or not value.isprintable():
                yield problem(column, "kan ikke brukes", f"Skriv høyst {LONGEST} vanlige tegn.")
        if line.values[ROLE] and about.roles and line.values[ROLE] not in about.roles:
            yield problem(ROLE, "finnes ikke i prosjektet", f"Rollene er {', '.join(about.roles)}.")
        if line.values[CONSENT].lower() in NO_CONSENT:
            yield problem(CONSENT, "er ikke et samtykke", "Skriv dato eller referanse, eller ta ut intervjuet.")
        try:
            _day(line)
        except InputError as error:
            yield problem(DATE, error.what, error.next)
    pseudonyms = {line: line.values[PSEUDONYM] for line in about.manifest.lines}
    yield from _repeated(about.manifest, PSEUDONYM, pseudonyms, "er brukt i", "Gi hver informant sitt.")


def _day(line: Line) -> date | None:
    """The day as it is, or as a Norwegian spreadsheet writes it. InputError for what is none."""
    written = line.values[DATE]
    day, _, rest = written.partition(".")
    month, _, year = rest.partition(".")
    return read_day(f"{year}-{month:0>2}-{day:0>2}" if len(year) == 4 else written)


def _wrong_files(about: _Folder) -> Iterator[InputError]:
    """Lines without a file, files without a line, and two of one name."""
    named = {_name_in(line) for line in about.manifest.lines}
    for line in about.manifest.lines:
        if line.values[FILE] and _name_in(line) not in about.files:
            close = difflib.get_close_matches(_name_in(line), [name for name in about.files if name not in named], 1)
            next = f"Mente du «{close[0]}»?" if close else "Sjekk navnet, eller ta bort linjen."
            yield about.manifest.problem(line, FILE, "filen finnes ikke i mappen", next)
    for name, path in about.files.items():
        if name not in named:
            yield InputError("står ikke i manifestet", str(path), "Skriv en linje for den, eller flytt den ut.")
    names = {line: _name_in(line) for line in about.manifest.lines}
    yield from _repeated(about.manifest, FILE, names, "er samme fil som", "Ta bort den ene linjen.")
    stems = {line: _stem(line) for line in _each_file_once(about.manifest.lines)}
    yield from _repeated(about.manifest, FILE, stems, "gir samme navn på intervjuet som", "Gi filene ulike navn.")


def _each_file_once(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The first line of each file."""
    return tuple({_name_in(line): line for line in reversed(tuple(lines))}.values())[::-1]


def _repeated(
    manifest: Manifest, column: str, values: Mapping[Line, str], what: str, next: str
) -> Iterator[InputError]:
    """A problem for each line that has the value of another before it."""
    first: dict[str, Line] = {}
    for line, value in values.items():
        before = first.setdefault(value, line)
        if value and before is not line:
            yield manifest.problem(line, column, f"{what} linje {before.number}", next)


def _looked_through(about: _Folder, found: Mapping[Line, Path], progress: Progress) -> Iterator[Ready | InputError]:
    """Each file heard or read to its end, several at a time: decoding and hashing leave Python's lock alone."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            looked = pool.map(partial(_look_through, about), found, found.values())
            for number, one in enumerate(looked, 1):
                progress(number, len(found))
                yield one
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _look_through(about: _Folder, line: Line, path: Path) -> Ready | InputError:
    """What the file is, or what is wrong with it; one that the project has was heard when it came."""
    try:
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        there = next((known for known in about.interviews if known.sha256 == sha256), None)
        return Ready(line, path, sha256, _details(line), there, None if there else check_file(path))
    except InputError as error:
        return about.manifest.problem(line, FILE, error.what, error.next)
    except OSError as error:
        known = as_input_error(error, str(path))
        return about.manifest.problem(line, FILE, known.what, known.next)


def _details(line: Line) -> Details:
    try:
        held = _day(line)
    except InputError:
        held = None  # which is told of where the values are checked
    values = line.values
    return Details(values[ROLE], values[CHAIN], values[INTERVIEWER], values[PSEUDONYM], values[CONSENT], held)


def _taken(about: _Folder, found: Iterable[Line], ready: Iterable[Ready]) -> Iterator[InputError]:
    """Pseudonyms and names that other interviews of the project have."""
    there = {one.line: one.there for one in ready}
    names = {known.name for known in about.interviews}
    for line in found:
        own = there.get(line)
        others = {known.pseudonym for known in about.interviews if known is not own and known.pseudonym}
        if line.values[PSEUDONYM] in others:
            yield about.manifest.problem(line, PSEUDONYM, "er tatt i prosjektet", "Velg et annet.")
        if own is None and _stem(line) in names:
            what = "prosjektet har et annet intervju med dette navnet"
            yield about.manifest.problem(line, FILE, what, "Gi filen et annet navn.")


def _same_content(about: _Folder, ready: Iterable[Ready]) -> Iterator[InputError]:
    sha256 = {one.line: one.sha256 for one in ready}
    contents = {line: sha256[line] for line in _each_file_once(sha256)}
    what, next = "har samme innhold som", "Velg riktig fil, eller behold den ene."
    yield from _repeated(about.manifest, FILE, contents, what, next)
