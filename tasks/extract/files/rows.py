"""Extracts rows from a CSV file as a branch writes it: `;` or `,`, UTF-8 with or without BOM or Windows-1252.

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
from tasks.extract.files.dialect import Dialect, check_header, detect
from tasks.extract.files.folder import shown_name
from tasks.extract.files.lines import BLOCK_BYTES, Lines, read_lines
from tasks.extract.files.records import FAULT, LINE, LINES, TEXT, Grammar, cut

_ROW = "row"


def extract_file(contract: Contract, source: FilesSource, path: Path) -> Iterator[pl.DataFrame]:
    """Chunks of the file's rows, none if there is only a header.

    `_location` is the file's name and the row's number as a spreadsheet counts rows, the header being row 1, and the
    line where values with line breaks make that another number.

    Raises:
        StructureError: the file is empty or of another kind, or its header lacks a column or has another.
    """
    try:
        yield from _chunks(contract, source, path)
    except (ValueError, csv.Error, pl.exceptions.PolarsError) as error:
        told = f"{shown_name(path)} cannot be read as CSV ({type(error).__name__})"
        raise StructureError(f"{told}; export it again as CSV UTF-8") from None


def _chunks(contract: Contract, source: FilesSource, path: Path) -> Iterator[pl.DataFrame]:
    dialect, name = detect(path), shown_name(path)
    fields = {column: source.field(column) for column in contract.column_names}
    optional = {fields[column] for column in source.optional_columns}
    check_header(dialect.header, set(fields.values()) - optional, optional, name)
    places = {column: dialect.header.index(field) for column, field in fields.items() if field in dialect.header}
    columns = [pl.col(_value(place)).alias(column) for column, place in places.items()]
    is_at_fault = pl.col(FAULT).is_not_null()
    columns += [_location(name), pl.col(FAULT).alias(chunks.FAULT), pl.when(is_at_fault).then(TEXT).alias(SOURCE_TEXT)]
    for records in _records(path, dialect) if dialect.has_rows else ():
        good = records.filter(~is_at_fault)
        rows = pl.concat([good, _values(good[TEXT], dialect, name)], how="horizontal")
        with_faults = pl.concat([rows, records.filter(is_at_fault)], how="diagonal").sort(LINE)
        yield as_chunk(contract, columns, with_faults)


def _records(path: Path, dialect: Dialect) -> Iterator[pl.DataFrame]:
    """The records of each block as `cut` gives them, `line` counted from 1 in the file, with the `row`'s number."""
    grammar = Grammar(dialect.delimiter, len(dialect.header))
    first_line, lines_in_rows = 1, 0
    left_over: Lines | None = None
    for block in read_lines(path, dialect.encoding, dialect.newline):
        lines = block.after(left_over)
        if first_line == 1:
            lines, first_line = lines.without_first(), 2
        is_last = lines.is_last or (left_over is not None and left_over.bytes > BLOCK_BYTES)
        records, count = cut(lines.texts, grammar, dialect.newline, is_last=is_last)
        line = pl.col(LINE) + first_line
        more_lines = pl.col(LINES).cast(pl.Int64) - 1
        row = line - lines_in_rows - more_lines.cum_sum() + more_lines
        yield _with_line_faults(records, lines.faults).with_columns(line.alias(LINE), row.alias(_ROW))
        first_line += len(lines.texts) - count
        lines_in_rows += int(records.select(more_lines.sum()).item())
        left_over = lines.tail(count)


def _with_line_faults(records: pl.DataFrame, line_faults: pl.Series) -> pl.DataFrame:
    """The records with the faults of their lines, which come before those of the records."""
    faults = pl.DataFrame({"line_fault": line_faults}).with_row_index("place").drop_nulls()
    if faults.is_empty():
        return records
    of_records = faults.join_asof(records.select(LINE), left_on="place", right_on=LINE, coalesce=False)
    first = of_records.group_by(LINE).agg(pl.col("line_fault").first())
    return records.join(first, on=LINE, how="left", maintain_order="left").with_columns(
        pl.coalesce("line_fault", FAULT).alias(FAULT)
    )


def _values(texts: pl.Series, dialect: Dialect, name: str) -> pl.DataFrame:
    """The values of good records, null for empty ones; how many records there are is counted a second time.

    Raises:
        StructureError: the parser finds another number of rows.
    """
    names = [_value(place) for place in range(len(dialect.header))]
    if texts.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    content = texts.str.join("\n").item().encode()
    table = arrow_csv.read_csv(
        pa.BufferReader(content),
        arrow_csv.ReadOptions(block_size=len(content) + 1, column_names=names, use_threads=False),
        arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    if table.num_rows != len(texts):
        told = f"{name} was cut into {len(texts)} rows and parsed into {table.num_rows}"
        raise StructureError(f"{told}: it is written in a way that is not understood; export it again as CSV UTF-8")
    return pl.DataFrame(table)


def _value(place: int) -> str:
    return f"value {place}"


def _location(name: str) -> pl.Expr:
    shown = name.replace("{", "{{").replace("}", "}}")
    row, line = pl.col(_ROW), pl.col(LINE)
    in_both = pl.format(f"{shown} row {{}}, line {{}}", row, line)
    return pl.when(row == line).then(pl.format(f"{shown} row {{}}", row)).otherwise(in_both).alias(LOCATION)
