"""Extracts rows from a CSV file as its source declares that it is written, whatever is left open being found out.

The file is read in blocks, so that memory is bounded whatever its size. What cannot be read as a row is a row with a
fault: it stops no other row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from contracts.contract import Contract
from contracts.sources.files import FilesSource
from tasks.errors import StructureError
from tasks.extract import chunks
from tasks.extract.chunks import LOCATION, SOURCE_TEXT, as_chunk
from tasks.extract.files.dialect import Dialect, detect
from tasks.extract.files.header import HeaderNames
from tasks.extract.files.line_records import ROW, Writing, read_records
from tasks.extract.files.records import FAULT, LINE, NO_QUOTE, TEXT
from tasks.extract.files.store import FetchedFile
from tasks.extract.files.unpacking import plain_text
from tasks.extract.undeclared import object_of_texts, undeclared


def extract_file(contract: Contract, source: FilesSource, file: FetchedFile) -> Iterator[pl.DataFrame]:
    """Chunks of the file's rows, none if there is only a header.

    `_location` is the file's name and the row's number as a spreadsheet counts rows, lines above the header being rows
    too, and the line where values with line breaks make that another number.

    Raises:
        StructureError: the file is empty or of another kind, or its header lacks a column or has one twice.
    """
    name, encoding = file.shown_name, source.dialect.encoding
    try:
        with plain_text(file.path, name, encoding) as path:
            yield from _chunks(contract, source, path, name)
    except (ValueError, csv.Error, pl.exceptions.PolarsError) as error:
        told = f"{name} cannot be read as CSV ({type(error).__name__})"
        raise StructureError(f"{told}; export it again as CSV UTF-8") from None


def _chunks(contract: Contract, source: FilesSource, path: Path, name: str) -> Iterator[pl.DataFrame]:
    names = HeaderNames(contract, source)
    dialect = detect(path, name, source.dialect, names)
    writing = Writing.of(source.dialect, dialect)
    columns = [pl.col(_value(place)).alias(column) for column, place in names.places(dialect.header).items()]
    others = {other: pl.col(_value(place)) for other, place in names.undeclared(dialect.header).items()}
    columns += undeclared(others, object_of_texts(others))
    is_at_fault = pl.col(FAULT).is_not_null()
    text = writing.escapes.written(pl.col(TEXT)) if writing.escapes else pl.col(TEXT)
    columns += [_location(name), pl.col(FAULT).alias(chunks.FAULT), pl.when(is_at_fault).then(text).alias(SOURCE_TEXT)]
    for records in read_records(path, dialect, writing):
        good = records.filter(~is_at_fault)
        rows = pl.concat([good, _values(good[TEXT], dialect, writing, name)], how="horizontal")
        with_faults = pl.concat([rows, records.filter(is_at_fault)], how="diagonal").sort(LINE)
        yield as_chunk(contract, columns, with_faults)


def _values(texts: pl.Series, dialect: Dialect, writing: Writing, name: str) -> pl.DataFrame:
    """The values of good records, null for empty ones; how many records there are is counted a second time.

    Raises:
        StructureError: the parser finds another number of rows.
    """
    names, quote = [_value(place) for place in range(len(dialect.header))], writing.grammar.quote
    if texts.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    texts = writing.escapes.marked(texts, writing.grammar) if writing.escapes else texts
    content = texts.str.join("\n").item().encode()
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        arrow_csv.ReadOptions(block_size=len(content) + 1, column_names=names, use_threads=False),
        arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=False if quote == NO_QUOTE else quote,
            newlines_in_values=quote != NO_QUOTE,
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    if table.num_rows != len(texts):
        told = f"{name} was cut into {len(texts)} rows and parsed into {table.num_rows}"
        raise StructureError(f"{told}: it is written in a way that is not understood; export it again as CSV UTF-8")
    values = pl.DataFrame(table)
    return values.with_columns(map(writing.escapes.meant, map(pl.col, names))) if writing.escapes else values


def _value(place: int) -> str:
    return f"value {place}"


def _location(name: str) -> pl.Expr:
    shown = name.replace("{", "{{").replace("}", "}}")
    row, line = pl.col(ROW), pl.col(LINE)
    in_both = pl.format(f"{shown} row {{}}, line {{}}", row, line)
    return pl.when(row == line).then(pl.format(f"{shown} row {{}}", row)).otherwise(in_both).alias(LOCATION)
