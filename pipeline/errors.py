"""Errors that people can act on. Anything else is a fault of the program and keeps its traceback."""

from __future__ import annotations


class InputError(Exception):
    """Something handed in cannot be used: `what` is wrong, `which` file or value, what to do `next`. Exit code 2."""

    exit_code = 2

    def __init__(self, what: str, which: str, next: str) -> None:
        super().__init__(f"{which}: {what}. {next}")
        self.what, self.which, self.next = what, which, next


class WorkError(InputError):
    """The work stopped part-way for another reason, such as a full disk; what was done is kept. Exit code 1."""

    exit_code = 1
