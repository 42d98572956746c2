"""Cuts a CSV file's lines into records (RFC 4180), each of them good or with the reason why it is not.

The delimiter and the quote are those of the file's dialect.

A value that begins with a quote ends with one, before a delimiter or the line's end; quotes within it are doubled. A
quote inside a value that does not begin with one is that character. A line that breaks this is at fault alone: cutting
goes on with the next line, so that a quote without its pair takes no other rows with it.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

LONGEST_RECORD_LINES = 1000
"""A value goes on for so many lines at most; what comes to more is a quote without its pair."""

NO_QUOTE = "\ufdd3"
"""Stands for the quote where nothing is quoted: a code point that Unicode keeps out of all texts."""

_SEVERAL = 2
"""A value with line breaks and fewer delimiters than this holds no whole row; one without breaks never does."""

LINE, LINES, TEXT, FAULT = "line", "lines", "text", "fault"

ENDLESS = "a quoted value does not end"
AFTER_QUOTE = "text follows the end of a quoted value"
WHOLE_ROWS = "a quoted value would hold whole rows, so that one of its quotes is a stray one"
OTHER_SHAPE = "with the lines that its quoted value goes on for it would have another number of values than the header"
STRAY_LINE_END = "it has a line end of another kind outside of quotes"


class Grammar:
    """What a record of that many values is, with that delimiter between them; without a quote, none is quoted."""

    def __init__(self, delimiter: str, values: int, quote: str = '"', comment: str | None = None) -> None:
        """Compile its patterns, which Python's engine and Rust's read alike; comments are lines that begin so."""
        self.delimiter, self.values, self.quote, self.comment = delimiter, values, quote, comment
        one, no_quote = re.escape(delimiter), f"[^{quote}]*"
        begun = f"{quote}{no_quote}(?:{quote}{quote}{no_quote})*"
        quoted = begun + quote
        content = begun.removeprefix(quote)
        value = f"(?:{quoted}|[^{quote}{one}][^{one}]*|)"
        self.complete = f"^(?:{value}{one})*{value}$"
        self.quoted_value = f"(^|{one}){quote}({content}){quote}"
        self.opens = re.compile(f"(?:{value}{one})*{begun}", re.DOTALL)
        self.closes = re.compile(f"{content}{quote}(?:{one}(?:{value}{one})*{value})?", re.DOTALL)
        self.goes_on = re.compile(f"{content}(?:{quote}{one}(?:{value}{one})*{begun})?", re.DOTALL)

    def comments(self, lines: pl.Series) -> pl.Series:
        """Which lines are comments."""
        if self.comment is None:
            return pl.repeat(False, len(lines), dtype=pl.Boolean, eager=True)
        return lines.str.strip_chars_start().str.starts_with(self.comment)

    def fault_of_lines(self, lines: Sequence[str]) -> str | None:
        """Why lines that their quotes make one record are none: with a stray quote, rows may pair up by accident."""
        text = "\n".join(lines)
        outside = re.sub(self.quoted_value, r"\1", text).count(self.delimiter)
        if self.values > 1 and all(line.count(self.delimiter) == self.values - 1 for line in lines):
            return WHOLE_ROWS
        if outside != self.values - 1:
            return OTHER_SHAPE
        in_breaking = sum(v.count(self.delimiter) for _, v in re.findall(self.quoted_value, text) if "\n" in v)
        return WHOLE_ROWS if in_breaking >= max(self.values - 1, _SEVERAL) else None


def values_of(line: str, delimiter: str, quote: str) -> list[str]:
    """The values of a single line, however it is written; csv.Error if it cannot be split at all."""
    return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])


@dataclass(frozen=True)
class _Span:
    """Lines that are not one record each: a record of several lines, or a line with a fault."""

    first: int
    last: int
    fault: str | None = None


def cut(lines: pl.Series, grammar: Grammar, newline: str, *, is_last: bool) -> tuple[pl.DataFrame, int]:
    """The records of some lines, and how many lines at their end are left over because a record may go on.

    Args:
        lines: a file's lines, without their line feeds but with carriage returns before these.
        grammar: what a record is.
        newline: what stood between the lines.
        is_last: whether the file ends with them.

    Returns:
        Of each record `line` (UInt32, its first line's place, from 0), `lines` (UInt32, how many it has), `text` and
        `fault` (String, null if there is none). Blank lines are no records.
    """
    bare = lines.str.strip_chars_end("\r")
    spans, left_over = _spans(bare, grammar, is_last=is_last)
    single = _singles(bare.head(len(lines) - left_over), spans, grammar)
    return pl.concat([single, _joined(lines, spans, newline)]).sort(LINE).pipe(_judged, grammar), left_over


def _spans(bare: pl.Series, grammar: Grammar, *, is_last: bool) -> tuple[list[_Span], int]:
    """The spans in order, and how many lines at the end belong to one that is not complete yet."""
    has_quote = bare.str.contains(grammar.quote, literal=True)
    quoted = (has_quote & ~grammar.comments(bare)).arg_true()
    incomplete = quoted.filter(~bare.gather(quoted).str.contains(grammar.complete)).to_list()
    if not incomplete:
        return [], 0
    texts, with_quote = bare.to_list(), has_quote.arg_true().to_list()
    spans: list[_Span] = []
    for first in incomplete:
        if spans and first <= spans[-1].last:
            continue
        span = _span(first, texts, with_quote, grammar, is_last=is_last)
        if span is None:
            return spans, len(texts) - first
        spans.append(span)
    return spans, 0


def _span(first: int, texts: Sequence[str], quoted: Sequence[int], grammar: Grammar, *, is_last: bool) -> _Span | None:
    """The lines from an incomplete one on that are a record, or its fault; None if more lines are needed to tell."""
    if not grammar.opens.fullmatch(texts[first]):
        return _Span(first, first, AFTER_QUOTE)
    furthest = first + LONGEST_RECORD_LINES
    for place in _within(quoted, first, furthest):
        if grammar.closes.fullmatch(texts[place]):
            fault = grammar.fault_of_lines(texts[first : place + 1])
            return _Span(first, first if fault else place, fault)
        if not grammar.goes_on.fullmatch(texts[place]):
            return _Span(first, first, AFTER_QUOTE)
    return _Span(first, first, ENDLESS) if is_last or len(texts) > furthest else None


def _within(places: Sequence[int], after: int, until: int) -> Iterator[int]:
    for index in range(bisect_right(places, after), bisect_right(places, until)):
        yield places[index]


def _singles(bare: pl.Series, spans: Sequence[_Span], grammar: Grammar) -> pl.DataFrame:
    """The lines that are a record each; blank ones and comments are none."""
    lines = pl.DataFrame({TEXT: bare}).with_row_index(LINE)
    lines = lines.filter(~grammar.comments(bare)) if grammar.comment else lines
    in_spans = [place for span in spans for place in range(span.first, span.last + 1)]
    lines = lines.filter(pl.col(TEXT).str.strip_chars() != "")
    lines = lines.filter(~pl.col(LINE).is_in(in_spans)) if in_spans else lines
    return lines.select(LINE, pl.lit(1, pl.UInt32).alias(LINES), TEXT, pl.lit(None, pl.String).alias(FAULT))


def _joined(lines: pl.Series, spans: Sequence[_Span], newline: str) -> pl.DataFrame:
    rows = [
        (
            span.first,
            span.last - span.first + 1,
            newline.join(lines[span.first : span.last + 1]).rstrip("\r"),
            span.fault,
        )
        for span in spans
    ]
    schema = {LINE: pl.UInt32, LINES: pl.UInt32, TEXT: pl.String, FAULT: pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def _judged(records: pl.DataFrame, grammar: Grammar) -> pl.DataFrame:
    """The records with the faults that show outside of quotes: another number of values, a stray line end."""
    text = records[TEXT]
    quoted = text.str.contains(grammar.quote, literal=True).arg_true()
    outside = text.scatter(quoted, text.gather(quoted).str.replace_all(grammar.quoted_value, "${1}"))
    values = outside.str.count_matches(grammar.delimiter, literal=True) + 1
    stray = outside.str.contains("\r", literal=True) | outside.str.contains("\n", literal=True)
    fault = (
        pl.when(pl.col(FAULT).is_not_null())
        .then(FAULT)
        .when(values != grammar.values)
        .then(
            values.replace_strict({n: f"it has {n} values, and the header {grammar.values}" for n in values.unique()})
        )
        .when(stray)
        .then(pl.lit(STRAY_LINE_END))
    )
    return records.with_columns(fault.alias(FAULT))
