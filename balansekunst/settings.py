"""Where things are kept on this machine: one frozen record, read from the environment once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


@dataclass(frozen=True)
class Settings:
    """`database` is an SQLAlchemy URL, `recordings` an fsspec URL or folder, `home` what the program may write to."""

    home: Path
    database: str
    recordings: str


def read_settings() -> Settings:
    """BALANSEKUNST_HOME, BALANSEKUNST_DATABASE and BALANSEKUNST_RECORDINGS, or a folder of the user's own."""
    home = Path(os.environ.get("BALANSEKUNST_HOME") or user_data_path("balansekunst"))
    database = os.environ.get("BALANSEKUNST_DATABASE") or f"sqlite:///{home / 'balansekunst.db'}"
    recordings = os.environ.get("BALANSEKUNST_RECORDINGS") or str(home / "recordings")
    return Settings(home.absolute(), database, recordings)
