"""How a CSV file is written: as its source declares it, and what that leaves open as the file's bytes tell it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.sources.csv_dialect import CsvDialect
from tasks.errors import StructureError
from tasks.extract.files.encodings import codec
from tasks.extract.files.header import HeaderNames
from tasks.extract.files.kinds import other_kind
from tasks.extract.files.records import NO_QUOTE, values_of

DELIMITERS = (";", ",")
"""One of these, where the source declares none."""

_OTHER_DELIMITERS = {"\t": "tabs", "|": "the character |"}
_LONGEST_HEADER_BYTES = 64 * 1024
_SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""What Excel takes the delimiter from, if it is a file's first line."""

_FIXED_WIDTH = re.compile(r"\S {2,}\S")


@dataclass(frozen=True)
class Dialect:
    """How a file is written: encoding (Python's name), delimiter, the header's names in order and its line, from 1.

    Lines end with `newline`, or with carriage returns before it.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int = 1
    newline: str = "\n"


def detect(path: Path, name: str, declared: CsvDialect, names: HeaderNames) -> Dialect:
    """The file's dialect; its header is the first line that names all columns, of those that may be it.

    Args:
        path: plain text, no UTF-16.
        name: what messages call the file.
        declared: what the source says of its files.
        names: the names that are looked for.

    Raises:
        StructureError: the file is empty, of another kind than CSV, written otherwise than declared, or its header is
            not as it must be.
    """
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER_BYTES)
    if not start:
        raise StructureError(f"{name} is empty, like a transfer that did not finish; send it again")
    if kind := other_kind(start):
        raise StructureError(f"{name} is {kind}; export it again as CSV UTF-8")
    encoding, newline = codec(path, start, name, declared.encoding), _newline(start)
    bare = start.removeprefix(codecs.BOM_UTF8)
    lines = [line.rstrip("\r") for line in bare.decode(encoding, errors="replace").split(newline)]
    told = _SEP_LINE.fullmatch(lines[0].strip(" "))
    delimiter = _delimiter(declared.delimiter, told[1] if told else None, name)
    places = list(_header_places(lines, 1 if told else 0, declared)) or [0]
    headers = {place: _split(lines[place], delimiter, declared, name) for place in places}
    place = _header_place(headers, names)
    delimiter, header = headers[place]
    names.check(header, name)
    return Dialect(encoding, delimiter, header, place + 1, newline)


def _newline(start: bytes) -> str:
    """Lines end with what the first one ends with."""
    end = re.search(rb"\r*\n|\r", start)
    return "\r" if end and end[0] == b"\r" else "\n"


def _delimiter(declared: str | None, told: str | None, name: str) -> str | None:
    if declared and told and declared != told:
        raise StructureError(f"{name} says sep={told}, and the contract delimiter {declared!r}; correct one of them")
    return declared or told


def _header_places(lines: Sequence[str], first: int, declared: CsvDialect) -> Iterator[int]:
    """The lines that may be the header: the first that is neither blank nor a comment, and those after titles."""
    may_be = 1 + declared.title_lines
    for place, line in enumerate(lines[first:], first):
        if line.strip() and not (declared.comment_prefix and line.lstrip().startswith(declared.comment_prefix)):
            yield place
            may_be -= 1
        if not may_be:
            return


def _header_place(headers: dict[int, tuple[str, tuple[str, ...]]], names: HeaderNames) -> int:
    """The first line that fits, or else the one that names the most columns."""
    for place, (_, header) in headers.items():
        if names.fits(header):
            return place
    return max(headers, key=lambda place: len(names.places(headers[place][1])))


def _split(line: str, delimiter: str | None, declared: CsvDialect, name: str) -> tuple[str, tuple[str, ...]]:
    """The line's delimiter, by default the one that splits it into more names, and the names."""
    if delimiter:
        return delimiter, _names(line, delimiter, declared.quote_char or NO_QUOTE)
    split = {one: _names(line, one, declared.quote_char or NO_QUOTE) for one in (*DELIMITERS, *_OTHER_DELIMITERS)}
    found = max(DELIMITERS, key=lambda one: len(split[one]))
    if len(split[found]) == 1 and not declared.title_lines:
        _refuse_other_shape(line, split, name)
    return found, split[found]


def _refuse_other_shape(line: str, split: dict[str, tuple[str, ...]], name: str) -> None:
    for other, called in _OTHER_DELIMITERS.items():
        if len(split[other]) > 1:
            told = f"{name} is separated by {called}, not by {' or '.join(DELIMITERS)}"
            raise StructureError(f"{told}; declare that delimiter, or export it again as CSV UTF-8")
    if len(_FIXED_WIDTH.findall(line)) > 1:
        raise StructureError(f"{name} has columns of fixed width, with no delimiter; export it again as CSV UTF-8")


def _names(line: str, delimiter: str, quote: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in values_of(line, delimiter, quote))
