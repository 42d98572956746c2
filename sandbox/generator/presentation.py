"""Ways to write typed values as the text that a source hands out."""

from __future__ import annotations

import polars as pl

from contracts.formats import DateFormat, TimestampFormat
from contracts.sources.database import DatabaseSource
from contracts.sources.source import BaseSource

_DATE_TEXT = {
    DateFormat.of("yyyy-MM-dd"): "%Y-%m-%d",
    DateFormat.of("M/d/yyyy"): "%-m/%-d/%Y",
    DateFormat.of("dd/MM/yyyy"): "%d/%m/%Y",
}


def date_text(dates: pl.Expr, date_format: DateFormat | None) -> pl.Expr:
    """A Date column as text, as ISO 8601 has it unless another format is given."""
    return dates.dt.to_string(_DATE_TEXT[date_format or DateFormat.of("yyyy-MM-dd")])


def timestamp_text(times: pl.Expr, timestamp_format: TimestampFormat) -> pl.Expr:
    """A Datetime column (UTC) as text, with decimals only where a time has a fraction of a second."""
    if timestamp_format.zone is None:
        return times.dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")
    return (times + timestamp_format.zone.offset).dt.to_string("%d/%m/%Y %H:%M:%S")


def change_time_text(times: pl.Expr, source: BaseSource) -> pl.Expr:
    """A Datetime column (UTC) as text of that source.

    A database's times always have six decimals, because the extraction has PostgreSQL write them so.
    """
    if isinstance(source, DatabaseSource):
        return times.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    return timestamp_text(times, source.timestamp_format)


def sign_text(numbers: pl.Expr) -> pl.Expr:
    """A minus sign for each number below zero, an empty text for the others."""
    return pl.when(numbers < 0).then(pl.lit("-")).otherwise(pl.lit(""))


def grouped_digits(numbers: pl.Expr, thousands: str) -> pl.Expr:
    """The digits of whole numbers nearer to zero than 10⁹, with that separator between the thousands."""
    whole = numbers.abs()
    millions, rest, units = whole // 10**6, whole // 1000 % 1000, whole % 1000
    return (
        pl.when(millions > 0)
        .then(pl.concat_str(millions, _three_digits(rest), _three_digits(units), separator=thousands))
        .when(rest > 0)
        .then(pl.concat_str(rest, _three_digits(units), separator=thousands))
        .otherwise(units.cast(pl.String))
    )


def cpf_text(cpf: pl.Expr, between: str, before_last: str) -> pl.Expr:
    """CPFs of 11 bare digits with marks: between the groups of three digits, and before the last two digits."""
    first, second, third, last = (cpf.str.slice(*part) for part in ((0, 3), (3, 3), (6, 3), (9, None)))
    return first + between + second + between + third + before_last + last


def one_of(choice: pl.Expr, *options: pl.Expr) -> pl.Expr:
    """One of the options for each whole number, in turn."""
    number = choice % len(options)
    return pl.coalesce(pl.when(number == place).then(option) for place, option in enumerate(options))


def rewritten_where(chosen: pl.Expr, rewritten: pl.Expr) -> pl.Expr:
    """A column with what is made of it in the chosen rows, and as it is in the others."""
    column = rewritten.meta.root_names()[0]
    return pl.when(chosen).then(rewritten).otherwise(column).alias(column)


def _three_digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(3)
