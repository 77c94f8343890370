"""Read a manifest: a CSV file as people and spreadsheets write it, with a line for each interview of a folder."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.text_files import require_file

FILE, ROLE, CHAIN, PSEUDONYM = "file", "role", "chain", "pseudonym"
INTERVIEWER, DATE, CONSENT = "interviewer", "date", "consent"
NORWEGIAN = {
    FILE: "fil",
    ROLE: "rolle",
    CHAIN: "kjede",
    PSEUDONYM: "dekknavn",
    INTERVIEWER: "intervjuer",
    DATE: "dato",
    CONSENT: "samtykke",
}
COLUMNS = {norwegian: column for column, norwegian in NORWEGIAN.items()} | {column: column for column in NORWEGIAN}
REQUIRED = (FILE, ROLE, CONSENT)


@dataclass(frozen=True, eq=False)
class Line:
    """A line of the manifest: its number in the file, and its values by column, "" where it has none."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """Every line that says something, the columns there are, and what is wrong with the table itself."""

    path: Path
    columns: frozenset[str]
    lines: tuple[Line, ...]
    problems: tuple[InputError, ...] = ()

    def problem(self, line: Line, column: str, what: str, next: str) -> InputError:
        """What is wrong with a value: it is named with its line and column."""
        value = f" «{line.values[column]}»" if line.values[column] else ""
        return InputError(what, f"{self.path.name} linje {line.number}, {NORWEGIAN[column]}{value}", next)


def read_manifest(path: Path) -> Manifest:
    """The table with its problems. InputError where the file is none that can be read at all."""
    rows = _rows(path)
    if not rows:
        raise InputError("manifestet er tomt", str(path), "Skriv en overskrift, og en linje for hvert intervju.")
    (number, header), *rest = rows
    columns = [COLUMNS.get(name.lower(), "") for name in header]
    lines = tuple(Line(number, _values(columns, cells)) for number, cells in rest)
    problems = [*_wrong_header(path, number, header, columns), *_loose_values(path, rest, header)]
    if not lines:
        problems.append(InputError("manifestet har ingen intervjuer", str(path), "Skriv en linje for hvert."))
    return Manifest(path, frozenset(columns), lines, tuple(problems))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Each row that is not empty, after the number of the line where it begins."""
    text = _text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    rows, number = [], 1
    try:
        for cells in reader:
            tidy = [" ".join(cell.split()) for cell in cells]
            if any(tidy):
                rows.append((number, tidy))
            number = reader.line_num + 1
    except csv.Error as error:
        what = f"tabellen er ødelagt fra linje {number}"
        raise InputError(what, str(path), "Se etter et anførselstegn for mye eller for lite.") from error
    return rows


def _text(path: Path) -> str:
    """UTF-8, with or without a mark, or what a Norwegian Excel saves; composed, as file names are compared."""
    require_file(path)
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # as an Excel file has, or UTF-16
            return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    raise InputError("er ikke en CSV-fil som kan leses", str(path), "Lagre tabellen som «CSV UTF-8».")


def _values(columns: list[str], cells: list[str]) -> dict[str, str]:
    return dict.fromkeys(NORWEGIAN, "") | {name: cell for name, cell in zip(columns, cells, strict=False) if name}


def _wrong_header(path: Path, number: int, header: list[str], columns: list[str]) -> Iterator[InputError]:
    where = f"{path.name} linje {number}, kolonnen"
    for name, column in zip(header, columns, strict=True):
        if name and not column:
            yield InputError("er ukjent", f"{where} «{name}»", f"Kolonnene er {', '.join(NORWEGIAN.values())}.")
    for column in NORWEGIAN:
        if columns.count(column) > 1:
            yield InputError("står flere ganger", f"{where} «{NORWEGIAN[column]}»", "Behold den ene.")
        elif column in REQUIRED and column not in columns:
            yield InputError("mangler", f"{where} «{NORWEGIAN[column]}»", "Legg den til, og fyll den ut for alle.")


def _loose_values(path: Path, rows: list[tuple[int, list[str]]], header: list[str]) -> Iterator[InputError]:
    """Values without a column: most often a comma or semicolon inside a value that needs quotation marks."""
    for number, cells in rows:
        for value in (cell for place, cell in enumerate(cells) if cell and not any(header[place : place + 1])):
            where = f"{path.name} linje {number}, «{value}»"
            yield InputError("står utenfor kolonnene", where, "Sett verdier med skilletegn i anførselstegn.")
