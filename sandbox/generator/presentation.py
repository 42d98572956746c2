"""Writes typed purchases as each source presents them: text in its declared formats and their usual variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from contracts.model import Source, SourceKind
from sandbox.generator.dirt import SpoiledRows
from sandbox.generator.draws import Draws
from sandbox.generator.shares import Effect
from sandbox.generator.spoiled_values import MISSING_IN_FILE, MISSING_TEXTS, UNPARSABLE_TEXTS, pick

_DATE_TEXT = {DateFormat.ISO: "%Y-%m-%d", DateFormat.US: "%-m/%-d/%Y", DateFormat.BRAZILIAN: "%d/%m/%Y"}
_CURRENCY = {AmountFormat.PLAIN: "", AmountFormat.DOLLAR: "$", AmountFormat.REAL: "R$ "}


def as_text(frame: pl.DataFrame, rows: tuple[SpoiledRows, ...], source: Source, draws: Draws) -> pl.DataFrame:
    """Spoiled purchases with every standardized column as the text the source would hand out.

    A file cannot tell an empty text from a missing one, so there both are null; a database's typed columns hold no text
    in place of a missing value.
    """
    often, rarely = (pl.lit(pl.Series(draws.hits(f"written otherwise {share}", share))) for share in (0.3, 0.02))
    frame = frame.with_columns(
        date_text(pl.col("purchase_date"), source.date_format).alias("purchase_date"),
        amount_text(pl.col("total_amount"), source.amount_format, often).alias("total_amount"),
        timestamp_text(pl.col("updated_at"), source.timestamp_format).alias("updated_at"),
        _punctuated_cpf(pl.col("cpf"), pl.lit(pl.Series(draws.below("cpf writing", 16)))).alias("cpf"),
        _grouped_card(pl.col("credit_card_number"), often),
    )
    if source.kind is not SourceKind.DATABASE:
        frame = frame.with_columns(_where(rarely, " " + pl.col("total_amount") + " "))
    if source.kind is SourceKind.FILES:
        frame = frame.with_columns(_where(rarely, pl.col("product") + '\n"oferta"; à vista'))
    return _with_bad_texts(frame, rows, source.kind)


def date_text(dates: pl.Expr, date_format: DateFormat) -> pl.Expr:
    """A Date column as text."""
    return dates.dt.to_string(_DATE_TEXT[date_format])


def amount_text(centavos: pl.Expr, amount_format: AmountFormat, plain: pl.Expr) -> pl.Expr:
    """Amounts in centavos (below 10⁹ BRL) as text; `plain` ones without currency and thousands separators."""
    whole, cents = centavos.abs() // 100, centavos.abs() % 100
    millions, thousands, units = whole // 10**6, whole // 1000 % 1000, whole % 1000
    separator = amount_format.thousands
    grouped = (
        pl.when(millions > 0)
        .then(pl.concat_str(millions, _three_digits(thousands), _three_digits(units), separator=separator))
        .when(thousands > 0)
        .then(pl.concat_str(thousands, _three_digits(units), separator=separator))
        .otherwise(units.cast(pl.String))
    )
    digits = pl.when(plain).then(whole.cast(pl.String)).otherwise(_CURRENCY[amount_format] + grouped)
    sign = pl.when(centavos < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + digits + amount_format.decimal + cents.cast(pl.String).str.zfill(2)


def timestamp_text(times: pl.Expr, timestamp_format: TimestampFormat) -> pl.Expr:
    """A Datetime column (UTC) as text."""
    if timestamp_format.local_offset is None:
        return times.dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")
    hours, minutes = timestamp_format.local_offset.split(":")
    offset = pl.duration(hours=int(hours), minutes=int(hours[0] + minutes))
    return (times + offset).dt.to_string("%d/%m/%Y %H:%M:%S")


def _where(chosen: pl.Expr, rewritten: pl.Expr) -> pl.Expr:
    column = rewritten.meta.root_names()[0]
    return pl.when(chosen).then(rewritten).otherwise(column).alias(column)


def _three_digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(3)


def _punctuated_cpf(cpf: pl.Expr, writing: pl.Expr) -> pl.Expr:
    parts = [cpf.str.slice(0, 3), cpf.str.slice(3, 3), cpf.str.slice(6, 3), cpf.str.slice(9)]
    return (
        pl.when(writing < 8)  # noqa: PLR2004 - half of the CPFs are bare digits
        .then(cpf)
        .when(writing == 8)  # noqa: PLR2004
        .then(pl.concat_str(parts, separator=" "))
        .when(writing == 9)  # noqa: PLR2004
        .then(" " + cpf + " ")
        .otherwise(pl.concat_str(parts[:3], separator=".") + "-" + parts[3])
    )


def _grouped_card(card: pl.Expr, grouped: pl.Expr) -> pl.Expr:
    groups = pl.concat_str([card.str.slice(start, 4) for start in (0, 4, 8)] + [card.str.slice(12)], separator=" ")
    return pl.when(grouped & (card.str.len_chars() == 16)).then(groups).otherwise(card)  # noqa: PLR2004


def _with_bad_texts(frame: pl.DataFrame, rows: tuple[SpoiledRows, ...], kind: SourceKind) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for spoiled in rows:
        column = spoiled.dirt.column
        texts = _bad_texts(column, spoiled.dirt.effect, kind)
        if texts:
            columns[column] = spoiled.rewrite(columns.get(column, frame[column]), partial(pick, texts))
    return frame.with_columns(**columns)


def _bad_texts(column: str, effect: Effect, kind: SourceKind) -> Sequence[str | None]:
    if effect is Effect.UNPARSABLE:
        return UNPARSABLE_TEXTS[column]
    if effect is not Effect.MISSING or (kind is SourceKind.DATABASE and column in UNPARSABLE_TEXTS):
        return ()
    return MISSING_IN_FILE if kind is SourceKind.FILES else MISSING_TEXTS
