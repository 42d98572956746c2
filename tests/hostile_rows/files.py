"""Hostile rows as CSV files of a branch: in every way that branches write, and lines between them that are no rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from contracts.sources.files import FilesSource
from tests.hostile_rows.rows import NUMBER, HostileRow, Values

ROWS_OF_A_FILE = 10_000
_SHARE_OF_MALFORMED = 0.02
_MOST_LINES = 100
_QUOTED = ('"', "\n", "\r")


@dataclass(frozen=True)
class Writing:
    """How a file is written."""

    encoding: str
    delimiter: str
    line_end: str
    quotes_all: bool = False

    def line(self, values: Sequence[str]) -> str:
        """The values as RFC 4180 has them."""
        return self.delimiter.join(map(self._value, values)) + self.line_end

    def _value(self, value: str) -> str:
        is_quoted = self.quotes_all or any(sign in value for sign in (*_QUOTED, self.delimiter))
        return '"' + value.replace('"', '""') + '"' if is_quoted else value


WRITINGS = (
    Writing("utf-8", ";", "\n"),
    Writing("utf-8-sig", ",", "\r\n"),
    Writing("utf-8", ",", "\n", quotes_all=True),
    Writing("cp1252", ";", "\r\n"),
)


def write_files(folder: Path, source: FilesSource, rows: Sequence[Values], draw: random.Random) -> Iterator[HostileRow]:
    """Write the rows into files of the folder; what is to be landed of each."""
    places = range(0, len(rows), ROWS_OF_A_FILE)
    for place, writing in zip(places, cycle(WRITINGS), strict=False):
        names = draw.sample(list(rows[0]), len(rows[0]))
        lines = [writing.line([source.field(name) for name in names])]
        for row in rows[place : place + ROWS_OF_A_FILE]:
            held = {name: _held(value or "", writing, len(names)) for name, value in row.items()}
            hostile, line = _row_and_line(held, names, writing, draw)
            lines.append(line)
            yield hostile
        content = "".join(lines).encode(writing.encoding)
        (folder / f"branch {place:07}.csv").write_bytes(content)


def _held(value: str, writing: Writing, columns: int) -> str | None:
    """As much of it as such a file can hold; an empty value is none.

    What has line breaks and as many delimiters as a row, or very many lines, is taken for rows between stray quotes
    (docs/adr/0029), so it is written without breaks.
    """
    encoding = writing.encoding.removesuffix("-sig")
    encodable = value.encode(encoding, "ignore").decode(encoding)
    holds_rows = encodable.count(writing.delimiter) >= columns - 1 or len(encodable.splitlines()) > _MOST_LINES
    return (" ".join(encodable.splitlines()) if holds_rows else encodable) or None


def _row_and_line(row: Values, names: Sequence[str], writing: Writing, draw: random.Random) -> tuple[HostileRow, str]:
    number, values = str(row[NUMBER]), [row[name] or "" for name in names]
    if draw.random() >= _SHARE_OF_MALFORMED:
        return HostileRow(number, row), writing.line(values)
    values = [" ".join(value.splitlines()) for value in values]  # of several lines each would be a row that is none
    spoilt = draw.choice([_too_few, _too_many, _number_alone, _after_quote])
    return HostileRow(number, row, is_malformed=True), spoilt(number, values, writing)


def _too_few(_number: str, values: Sequence[str], writing: Writing) -> str:
    shown = [value for value in values if value != _number]
    return writing.line([_number, *shown[:-2]])


def _too_many(_number: str, values: Sequence[str], writing: Writing) -> str:
    return writing.line([*values, "one more"])


def _number_alone(number: str, _values: Sequence[str], writing: Writing) -> str:
    return number + writing.line_end


def _after_quote(number: str, values: Sequence[str], writing: Writing) -> str:
    """A quoted value that goes on behind its end."""
    return writing.delimiter.join(['"x"y', number, *["z"] * (len(values) - 2)]) + writing.line_end
