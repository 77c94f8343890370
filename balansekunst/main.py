"""The entry point: runs a command and turns errors into one line and an exit code.

0 done · 1 failed part-way, what was done is kept · 2 bad input or usage.
"""

from __future__ import annotations

import errno
import sys

from balansekunst.commands import app
from balansekunst.terminal import fail
from pipeline.errors import InputError

FULL = "disken er full. Frigjør plass og kjør på nytt; det som er gjort er bevart."


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except InputError as error:
        fail(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        fail("avbrutt. Det som er gjort er bevart; kjør på nytt for å fortsette.")
        sys.exit(1)
    except OSError as error:
        sys.exit(_file_error(error))


def _file_error(error: OSError) -> int:
    """The exit code for a fault of files or disk; other faults of the system keep their traceback."""
    name = error.filename or "filen"
    if error.errno == errno.ENOSPC:
        fail(f"{name}: {FULL}")
        return 1
    if isinstance(error, (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)):
        fail(f"{name}: kan ikke åpnes ({error.strerror}). Sjekk navn og tilgang.")
        return 2
    raise error


if __name__ == "__main__":
    main()
