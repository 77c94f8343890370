"""Several inputs in one command: each bad one gets a line, the rest goes on, the exit code tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

from balansekunst.file_errors import as_input_error
from balansekunst.terminal import fail
from pipeline.errors import InputError


@dataclass
class Batch:
    """Counts what went well and what did not."""

    done: int = 0
    failed: int = 0
    worst: int = 2

    @contextmanager
    def one(self, which: str) -> Iterator[None]:
        """One input: a fault of it is told in a line that names it, and the batch goes on."""
        try:
            yield
        except InputError as error:
            self._failed(which, error)
        except OSError as error:
            self._failed(which, as_input_error(error, which))
        else:
            self.done += 1

    def _failed(self, which: str, error: InputError) -> None:
        self.failed += 1
        self.worst = min(self.worst, error.exit_code)
        fail(str(error) if which in error.which else f"{which}: {error}")

    def finish(self) -> None:
        """Exit 0 where all went well, 1 where some did, 2 where the input was all bad."""
        if self.failed:
            raise typer.Exit(1 if self.done else self.worst)
