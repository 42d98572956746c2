"""Finds out how a CSV file is written, from its bytes alone: encoding, delimiter, line ends, header."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import StructureError
from tasks.extract.files.folder import shown_name
from tasks.extract.files.kinds import other_kind

DELIMITERS = (";", ",")
UTF_8, WINDOWS_1252 = "utf-8", "cp1252"

_OTHER_DELIMITERS = {"\t": "tabs", "|": "the character |"}
_LONGEST_HEADER_BYTES = 64 * 1024
_READ_BYTES = 1024 * 1024
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A character of UTF-8 that is not ASCII (RFC 3629, a little wider), which in Windows-1252 hardly stands by chance."""


@dataclass(frozen=True)
class Dialect:
    """How a file is written: encoding (Python's name), delimiter, the header's names in order, and if rows follow.

    Lines end with `newline`, or with carriage returns before it.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    has_rows: bool
    newline: str = "\n"


def detect(path: Path) -> Dialect:
    """The file's dialect.

    Bytes that decode as UTF-8, or of which any do so as more than ASCII, are UTF-8; others Windows-1252. The
    delimiter is the one that splits the first line into more names.

    Raises:
        StructureError: the file is empty, or of another kind than CSV.
    """
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER_BYTES)
    if not start:
        raise StructureError(f"{shown_name(path)} is empty, like a transfer that did not finish; send it again")
    if kind := other_kind(start):
        raise StructureError(f"{shown_name(path)} is {kind}; export it again as CSV UTF-8")
    encoding, newline = _encoding(path), _newline(start)
    lines = start.decode("utf-8-sig" if encoding == UTF_8 else encoding, errors="replace").split(newline)
    delimiter, header = _delimiter_and_names(lines[0].rstrip("\r"), path)
    has_rows = any(line.strip() for line in lines[1:]) or _has_more(path)
    return Dialect(encoding, delimiter, header, has_rows, newline)


def check_header(header: Iterable[str], required: set[str], optional: set[str], file_name: str) -> None:
    """Raise StructureError unless the header names every required column, and each column once.

    Unknown names are told only if the line is recognizably a header: in a file without one they are a customer's data.
    """
    names = list(header)
    known, missing = set(names) & (required | optional), sorted(required - set(names))
    if not known:
        raise StructureError(f"the first line of {file_name} names none of the columns {', '.join(sorted(required))}")
    unknown = sorted(set(names) - required - optional)
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [
        f"{what} {', '.join(repr(name) for name in which)}"
        for what, which in (("lacks column", missing), ("has an unknown column", unknown), ("names twice", twice))
        if which
    ]
    if problems:
        raise StructureError(f"{file_name} {'; '.join(problems)}; correct its header or the contract")


def _encoding(path: Path) -> str:
    if _decodes(path):
        return UTF_8
    ends = b""
    for part in _parts(path):
        if _MULTI_BYTE.search(ends + part):
            return UTF_8
        ends = part[-3:]
    return WINDOWS_1252


def _decodes(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for part in _parts(path):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            yield part


def _newline(start: bytes) -> str:
    """Lines end with what the first one ends with."""
    end = re.search(rb"\r*\n|\r", start)
    return "\r" if end and end[0] == b"\r" else "\n"


def _delimiter_and_names(line: str, path: Path) -> tuple[str, tuple[str, ...]]:
    names = {delimiter: _names(line, delimiter) for delimiter in (*DELIMITERS, *_OTHER_DELIMITERS)}
    delimiter = max(DELIMITERS, key=lambda one: len(names[one]))
    if len(names[delimiter]) == 1:
        for other, called in _OTHER_DELIMITERS.items():
            if len(names[other]) > 1:
                told = f"{shown_name(path)} is separated by {called}, not by {' or '.join(DELIMITERS)}"
                raise StructureError(f"{told}; export it again as CSV UTF-8")
    return delimiter, names[delimiter]


def _has_more(path: Path) -> bool:
    """Whether anything but blanks follows what was looked at."""
    with path.open("rb") as file:
        file.seek(_LONGEST_HEADER_BYTES)
        return any(part.strip() for part in iter(lambda: file.read(_READ_BYTES), b""))


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
