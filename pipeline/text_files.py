"""Read text that people hand in."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pipeline.errors import InputError


def require_file(path: Path) -> None:
    """InputError where there is no such file, or nothing in it."""
    if not path.is_file():
        raise InputError("filen finnes ikke", str(path), "Sjekk navnet og mappen.")
    if path.stat().st_size == 0:
        raise InputError("filen er tom", str(path), "Hent filen på nytt.")


def read_text(path: Path) -> str:
    """The file's text, composed (NFC) so that spans count letters as people do. InputError where it is no UTF-8."""
    require_file(path)
    try:
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        what = f"teksten er ikke UTF-8 (tegn nr. {error.start + 1} kan ikke leses)"
        raise InputError(what, str(path), "Lagre filen på nytt med tegnsettet UTF-8.") from error
