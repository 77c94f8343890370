"""Faults of files and disk as errors that people can act on."""

from __future__ import annotations

import errno

from pipeline.errors import InputError, WorkError

FULL = (errno.ENOSPC, errno.EDQUOT)
UNUSABLE = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError)


def as_input_error(error: OSError, which: str) -> InputError:
    """What a person can do about it; other faults of the system are raised again and keep their traceback."""
    name = str(error.filename or which)
    if error.errno in FULL:
        return WorkError("disken er full", name, "Frigjør plass og kjør på nytt; det som er gjort, er bevart.")
    if isinstance(error, UNUSABLE):
        return InputError(f"kan ikke åpnes ({error.strerror})", name, "Sjekk navn og tilgang.")
    raise error
