"""Where things are kept on this machine: one frozen record, read from the environment once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from pipeline.errors import InputError

STARTING = 20 * 60.0  # seconds in which models are loaded and anything without a length is done


@dataclass(frozen=True)
class Settings:
    """`database` is an SQLAlchemy URL, `recordings` an fsspec URL or folder, `home` what the program may write to.

    `time_limit` is how long a stage may take, in times the length of its recording, beside twenty minutes for any.
    """

    home: Path
    database: str
    recordings: str
    time_limit: float = 2.0

    def seconds_for(self, length: float) -> float:
        """How long a stage may take for so many seconds of sound."""
        return STARTING + self.time_limit * length


def read_settings() -> Settings:
    """BALANSEKUNST_HOME, BALANSEKUNST_DATABASE and BALANSEKUNST_RECORDINGS, or a folder of the user's own.

    InputError for a BALANSEKUNST_TIME_LIMIT that is no positive number.
    """
    home = Path(os.environ.get("BALANSEKUNST_HOME") or user_data_path("balansekunst"))
    database = os.environ.get("BALANSEKUNST_DATABASE") or f"sqlite:///{home / 'balansekunst.db'}"
    recordings = os.environ.get("BALANSEKUNST_RECORDINGS") or str(home / "recordings")
    return Settings(home.absolute(), database, recordings, _read_time_limit())


def _read_time_limit() -> float:
    written = os.environ.get("BALANSEKUNST_TIME_LIMIT") or str(Settings.time_limit)
    try:
        limit = float(written.replace(",", "."))
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        next_step = "Sett BALANSEKUNST_TIME_LIMIT til et tall over 0: så mange ganger opptakets lengde kan et steg ta."
        raise InputError("er ingen tidsgrense", written, next_step)
    return limit
