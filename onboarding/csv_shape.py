"""Finds out how a CSV file is written: encoding, delimiter, lines above the header, a total below the rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from contracts.sources.csv_dialect import CsvDialect, TextEncoding, folded
from onboarding.sample import SAMPLE_ROWS
from tasks.extract.files.records import FAULT, TEXT, Grammar, cut, values_of

DELIMITERS = (";", ",", "\t", "|")
ENCODINGS = (("utf-8-sig", None), ("cp1252", "windows-1252"), ("cp850", "ibm850"))
"""Python's names, in the order in which they are tried, and the contract's; UTF-8 is found out for each file."""

TOTALS = ("Total", "Totais", "Soma", "Sum")
"""Words that the line below the rows may begin with."""

_LETTERS = "áàâãäçéèêëíìîïñóòôõöúùûüýæœøåß"
_USUAL = set(_LETTERS + _LETTERS.upper() + "ªº°€£§·–—‘’“”…©®«»¿¡\xa0")
"""What texts of Western Europe and the Americas are written with, beside ASCII."""

_SIGN_IN_A_WORD = re.compile("(?<=[a-z])[€£§·“”…©®«»¿¡\xa0](?=[a-z])")
"""What hardly stands between two letters; where it does, it is a letter of another encoding."""

_NOT_ASCII = re.compile("[^\x00-\x7f]")
_SEP_LINE = re.compile('"?sep=."?', re.IGNORECASE)
_MOST_LINES = 1000
_NOTHING_DECLARED = CsvDialect()
_QUOTE = '"'


@dataclass(frozen=True)
class CsvShape:
    """How a file is written, as words of `dialect`, and its rows as texts, without a line of totals."""

    dialect: dict[str, Any]
    rows: pl.DataFrame


def shape_of(data: bytes, declared: CsvDialect = _NOTHING_DECLARED, *, is_whole: bool) -> CsvShape | None:
    """The shape of a file that begins with these bytes, or is them; None for one without two columns.

    Encoding and delimiter are found out unless they are declared. Encodings tell themselves apart by their letters:
    what reads as no usual text of any is taken for Windows-1252, as the reader does.
    """
    codec, encoding = _declared_encoding(declared) or _encoding(data)
    lines = re.split(r"\r\n|\r|\n", data.decode(codec, "replace"))
    lines = lines if is_whole else lines[:-1]
    above = [
        place for place, line in enumerate(lines) if line.strip() and not (place == 0 and _SEP_LINE.fullmatch(line))
    ]
    delimiter, header = _delimiter_and_header(lines, above[:_MOST_LINES], declared)
    if delimiter is None:
        return None
    titles, total = above.index(header), _totals_word(lines, delimiter) if is_whole else None
    said = {"encoding": encoding, "delimiter": delimiter, "titleLines": titles, "totalsLine": total}
    end = max(place for place, line in enumerate(lines) if line.strip()) if total else len(lines)
    return CsvShape({word: value for word, value in said.items() if value}, _rows(lines[header:end], delimiter))


def _declared_encoding(declared: CsvDialect) -> tuple[str, str | None] | None:
    """Python's name, and the contract's; UTF-16 was made UTF-8 before."""
    encoding = declared.encoding
    if encoding is None:
        return None
    return ("utf-8-sig" if encoding in {TextEncoding.UTF_8, TextEncoding.UTF_16} else str(encoding)), str(encoding)


def _encoding(data: bytes) -> tuple[str, str | None]:
    for codec, encoding in ENCODINGS:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if encoding is None or (set(_NOT_ASCII.findall(text)) <= _USUAL and not _SIGN_IN_A_WORD.search(text)):
            return codec, encoding
    return ENCODINGS[1]


def _delimiter_and_header(lines: Sequence[str], places: Sequence[int], declared: CsvDialect) -> tuple[str | None, int]:
    """The delimiter that most often splits lines into as many values, and the first of these lines."""
    delimiter, header, most = None, 0, 0
    for one in [declared.delimiter] if declared.delimiter else DELIMITERS:
        complete = re.compile(Grammar(one, 1).complete)
        widths = {place: len(values_of(lines[place], one, _QUOTE)) for place in places if complete.match(lines[place])}
        counted = Counter(width for width in widths.values() if width > 1)
        width, count = max(counted.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if count * (width - 1) > most:
            delimiter, most = one, count * (width - 1)
            header = next(place for place in places if widths.get(place) == width)
    return delimiter, header


def _totals_word(lines: Sequence[str], delimiter: str) -> str | None:
    last = next((line for line in reversed(lines) if line.strip()), "")
    value = next((value for value in values_of(last, delimiter, _QUOTE) if value.strip()), "")
    return next((word for word in TOTALS if folded(value).startswith(folded(word))), None)


def _rows(lines: Sequence[str], delimiter: str) -> pl.DataFrame:
    """The rows below the header in the first line, without those that the reader would set aside."""
    names = [name.strip() for name in values_of(lines[0], delimiter, _QUOTE)]
    texts = pl.Series(lines[1:], dtype=pl.String)
    records, _ = cut(texts, Grammar(delimiter, len(names)), "\n", is_last=True)
    good = records.filter(pl.col(FAULT).is_null())[TEXT].head(SAMPLE_ROWS)
    if good.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    content = "\n".join(good).encode()
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        arrow_csv.ReadOptions(block_size=len(content) + 1, column_names=names, use_threads=False),
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    return pl.DataFrame(table)
