"""The records of a file, block by block: which line each stands in, and what of them is no row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.sources.csv_dialect import CsvDialect, folded
from tasks.extract.files.dialect import Dialect
from tasks.extract.files.escapes import Escapes
from tasks.extract.files.lines import BLOCK_BYTES, Lines, read_lines
from tasks.extract.files.records import FAULT, LINE, LINES, NO_QUOTE, TEXT, Grammar, cut, values_of

ROW = "row"


@dataclass(frozen=True)
class Writing:
    """What a record of the file is, how quotes within values are escaped, and which word a totals line begins with."""

    grammar: Grammar
    escapes: Escapes | None
    totals_line: str | None

    @classmethod
    def of(cls, declared: CsvDialect, dialect: Dialect) -> Writing:
        """As the source declares it, and the file's header and delimiter have it."""
        quote = declared.quote_char or NO_QUOTE
        grammar = Grammar(dialect.delimiter, len(dialect.header), quote, declared.comment_prefix)
        escapes = Escapes(quote, declared.escape_char) if declared.escape_char else None
        return cls(grammar, escapes, declared.totals_line)


def read_records(path: Path, dialect: Dialect, writing: Writing) -> Iterator[pl.DataFrame]:
    """The records of each block as `cut` gives them, `line` counted from 1 in the file, with the `row`'s number."""
    found = (records for records in _records(path, dialect, writing) if not records.is_empty())
    return _without_totals(found, writing) if writing.totals_line else found


def _records(path: Path, dialect: Dialect, writing: Writing) -> Iterator[pl.DataFrame]:
    first_line, lines_in_rows, above = 1, 0, dialect.header_line
    left_over: Lines | None = None
    for block in read_lines(path, dialect.encoding, dialect.newline):
        lines = block.after(left_over)
        if above:
            skipped = min(above, len(lines.texts))
            lines, first_line, above = lines.without_first(skipped), first_line + skipped, above - skipped
        is_last = lines.is_last or (left_over is not None and left_over.bytes > BLOCK_BYTES)
        texts = writing.escapes.hidden(lines.texts) if writing.escapes else lines.texts
        records, count = cut(texts, writing.grammar, dialect.newline, is_last=is_last)
        line = pl.col(LINE) + first_line
        more_lines = pl.col(LINES).cast(pl.Int64) - 1
        row = line - lines_in_rows - more_lines.cum_sum() + more_lines
        yield _with_line_faults(records, lines.faults).with_columns(line.alias(LINE), row.alias(ROW))
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
    joined = records.join(first, on=LINE, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("line_fault", FAULT).alias(FAULT)).drop("line_fault")


def _without_totals(blocks: Iterator[pl.DataFrame], writing: Writing) -> Iterator[pl.DataFrame]:
    """The records but for the file's last one if it is the totals line; the last of each block waits for the next."""
    last: pl.DataFrame | None = None
    for records in blocks:
        before = [records] if last is None else [last, records]
        together = pl.concat(before)
        yield together.head(-1)
        last = together.tail(1)
    if last is not None and not _is_totals_line(last[TEXT].item(), writing):
        yield last


def _is_totals_line(text: str, writing: Writing) -> bool:
    """Whether the first value that is not empty is the word, or begins with it and goes on with no letter or digit."""
    grammar, word = writing.grammar, folded(writing.totals_line or "")
    values = values_of(text, grammar.delimiter, grammar.quote)
    first = next((folded(value) for value in values if value.strip()), "")
    return first.startswith(word) and not first.removeprefix(word)[:1].isalnum()
