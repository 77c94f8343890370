"""Rows by several columns at once. For `(a, b) IN (…)` SQLite reads the whole table; for this join it uses an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, cast, column, values


def among(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> tuple[CTE, ColumnElement[bool]]:
    """A table of the values to join with, and on what: that the columns are one of its rows."""
    names = [f"c{number}" for number in range(len(columns))]
    typed = (column(name, of.type) for name, of in zip(names, columns, strict=True))
    nothing = tuple(cast(None, of.type) for of in columns)  # equals nothing: an empty table cannot be written
    wanted = values(*typed, name="wanted").data([tuple(row) for row in rows] or [nothing]).cte()
    return wanted, and_(*(of == wanted.c[name] for name, of in zip(names, columns, strict=True)))
