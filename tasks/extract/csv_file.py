"""Extracts rows from a CSV file as a branch writes it: `;` or `,`, UTF-8 with or without BOM or Windows-1252.

The file is parsed in blocks, so that memory is bounded whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from contracts.contract import Contract
from contracts.sources import FilesSource
from tasks.errors import StructureError
from tasks.extract.chunks import LOCATION, as_chunk
from tasks.extract.csv_dialect import Dialect, check_header, detect

BLOCK_BYTES = 8 * 1024 * 1024
"""How much of a file is parsed at a time; no row can be longer."""

_FIRST_ROW = 2
_ROW = "row"


def extract_file(contract: Contract, source: FilesSource, path: Path) -> Iterator[pl.DataFrame]:
    """Chunks of the file's rows, none if there is only a header.

    `_location` is the file's name and the row's number as a spreadsheet counts rows, the header being row 1.

    Raises:
        StructureError: the file is empty or no text, its header lacks a column or has another, a row has more or
            fewer values than the header, or a quoted value does not end.
    """
    dialect = detect(path)
    fields = {name: source.field(name) for name in contract.column_names}
    optional = {fields[name] for name in source.optional_columns}
    check_header(dialect.header, set(fields.values()) - optional, optional, path.name)
    if not dialect.has_rows:
        return
    columns = [pl.col(field).alias(name) for name, field in fields.items() if field in dialect.header]
    location = pl.format(f"{path.name.replace('{', '{{').replace('}', '}}')} row {{}}", _ROW).alias(LOCATION)
    first_row = _FIRST_ROW
    for rows in _blocks(path, dialect):
        numbered = rows.with_row_index(_ROW, offset=first_row)
        yield as_chunk(contract, [*columns, location], numbered)
        first_row += rows.height


def _blocks(path: Path, dialect: Dialect) -> Iterator[pl.DataFrame]:
    last = None
    with path.open("rb") as file, _translated_errors(path, dialect) as parse_options:
        reader = arrow_csv.open_csv(
            file,
            arrow_csv.ReadOptions(
                encoding=dialect.encoding,
                block_size=BLOCK_BYTES,
                column_names=dialect.header,
                skip_rows=1,
                use_threads=False,
            ),
            parse_options,
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(dialect.header, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
        for batch in reader:
            last = pl.DataFrame(pa.Table.from_batches([batch]))
            yield last
    if last is not None:
        _check_end(path, dialect, last[-1, -1])


@contextmanager
def _translated_errors(path: Path, dialect: Dialect) -> Iterator[arrow_csv.ParseOptions]:
    """Parse options that note which row is wrong, because the parser's own message quotes the row."""
    wrong: list[arrow_csv.InvalidRow] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row)
        return "error"

    try:
        yield arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=note)
    except pa.ArrowInvalid:
        if not wrong:
            raise _endless_quote(path) from None
        row = wrong[0]
        raise StructureError(
            f"row {row.number} of {path.name} has {row.actual_columns} values, but the header {row.expected_columns}; "
            "look for an unquoted delimiter or a quote without its pair there"
        ) from None


def _check_end(path: Path, dialect: Dialect, last_value: str | None) -> None:
    """A quote without its pair in the last column swallows the rest of the file without an error of the parser."""
    if last_value is None or not any(character in last_value for character in ("\n", "\r", dialect.delimiter)):
        return
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, BLOCK_BYTES), 2)
        if not file.read().rstrip().endswith(b'"'):
            raise _endless_quote(path)


def _endless_quote(path: Path) -> StructureError:
    return StructureError(f"a quoted value of {path.name} does not end; look for a quote without its pair")
