"""Finds out how a CSV file is written, from its bytes alone: encoding, delimiter, header."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import StructureError

DELIMITERS = (";", ",")
UTF_8, WINDOWS_1252 = "utf-8", "cp1252"

_LONGEST_HEADER_BYTES = 64 * 1024
_READ_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Dialect:
    """How a file is written: encoding (Python's name), delimiter, the header's names in order, and if rows follow."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    has_rows: bool


def detect(path: Path) -> Dialect:
    """The file's dialect.

    UTF-8 is what decodes as such; anything else is Windows-1252, in which five bytes have no meaning. The
    delimiter is the one that splits the first line into more names.

    Raises:
        StructureError: the file is empty, or its bytes are no text in either encoding.
    """
    encoding = next((encoding for encoding in (UTF_8, WINDOWS_1252) if _decodes(path, encoding)), None)
    if encoding is None:
        raise StructureError(f"{path.name} is neither UTF-8 nor Windows-1252 text; export it again as CSV UTF-8")
    with path.open(encoding="utf-8-sig" if encoding == UTF_8 else encoding, newline="") as file:
        first_line = file.readline(_LONGEST_HEADER_BYTES)
        has_rows = any(line.strip() for line in file)
    if not first_line:
        raise StructureError(f"{path.name} is empty, like a transfer that did not finish; send it again")
    names = {delimiter: _names(first_line, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda delimiter: len(names[delimiter]))
    return Dialect(encoding, delimiter, names[delimiter], has_rows)


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


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while part := file.read(_READ_BYTES):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
