"""The entry point: runs a command and turns errors into one line and an exit code.

0 done · 1 failed part-way, what was done is kept · 2 bad input or usage.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from balansekunst.commands import app
from balansekunst.file_errors import as_input_error
from balansekunst.terminal import fail
from balansekunst.usage import UsageError, in_norwegian
from pipeline.errors import InputError

STOPPED = 130  # what typer makes of Ctrl-C


def main() -> None:
    """Run the command line and exit."""
    try:
        code = app(standalone_mode=False) or 0
        sys.stdout.flush()  # here, where a full disk can still be told of
    except InputError as error:
        fail(str(error))
        code = error.exit_code
    except UsageError as error:
        if line := in_norwegian(error):
            fail(line)
        code = 2
    except BrokenPipeError:
        _forget_output()  # `… | head`: the reader has what it wanted
        code = 1
    except OSError as error:
        known = as_input_error(error, "standard ut")
        _forget_output()
        fail(str(known))
        code = known.exit_code
    if code == STOPPED:
        fail("avbrutt. Det som er gjort er bevart; kjør på nytt for å fortsette.")
        code = 1
    sys.exit(code)


def _forget_output() -> None:
    """What could not be written must not be tried again, with a complaint of Python's, on the way out."""
    with suppress(OSError, ValueError):  # where standard output is no file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
