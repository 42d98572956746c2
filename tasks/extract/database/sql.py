"""Writes parts of SQL: names in quotes, values as literals of our own making, ranges of a column's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_PARTS = re.compile(r'"(?:[^"]|"")*"|[^.]+')


@dataclass(frozen=True)
class Range:
    """Rows in which `above` < column ≤ `upto` (as texts, an absent end is open), or the rows in which it is null."""

    column: str
    above: str | None = None
    upto: str | None = None
    is_null: bool = False

    @property
    def condition(self) -> str:
        """The range in SQL, never null."""
        if self.is_null:
            return f"{self.column} IS NULL"
        conditions = [f"{self.column} IS NOT NULL"]
        conditions += [f"{self.column} > {literal(self.above)}"] if self.above is not None else []
        conditions += [f"{self.column} <= {literal(self.upto)}"] if self.upto is not None else []
        return " AND ".join(conditions)


Part = tuple[Range, ...]
"""The rows that lie in each of the ranges."""


def inside(part: Part) -> str:
    """The condition of a part's rows, never null."""
    return " AND ".join(range_.condition for range_ in part)


def outside(parts: Iterable[Part]) -> str:
    """The condition of the rows of no part."""
    return " AND ".join(f"NOT ({inside(part)})" for part in parts)


def quoted_path(path: str) -> str:
    """A table's name, with or without its schema, as SQL reads it; parts may stand in quotes already.

    >>> print(quoted_path('public.Purchases'), quoted_path('"store.2026".sales'))
    "public"."Purchases" "store.2026"."sales"
    """
    return ".".join(part if part.startswith('"') else quoted(part) for part in _PARTS.findall(path))


def time_literal(time: datetime) -> str:
    """A point in time; one of the first day may lie before the year 1 in UTC, which PostgreSQL can tell."""
    return f"{literal(time.isoformat())}::timestamptz"


def column(name: str) -> str:
    """A column of the table `t`."""
    return f"t.{quoted(name)}"


def quoted(name: str) -> str:
    """A name, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, whatever is in it, where `standard_conforming_strings` is on."""
    return "'" + text.replace("'", "''") + "'"
