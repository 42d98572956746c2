"""Writes typed purchases as each source presents them: text in its declared formats and their usual variants."""

from __future__ import annotations

import polars as pl

from contracts.formats import NumberNotation
from contracts.sources.source import BaseSource
from sandbox.generator.draws import Draws
from sandbox.generator.population import SourceKind
from sandbox.generator.presentation import (
    change_time_text,
    cpf_text,
    date_text,
    grouped_digits,
    rewritten_where,
    sign_text,
)


def as_text(frame: pl.DataFrame, source: BaseSource, kind: SourceKind, draws: Draws) -> pl.DataFrame:
    """Purchases with every standardized column as the text the source would hand out."""
    often, rarely = (pl.lit(pl.Series(draws.hits(f"written otherwise {share}", share))) for share in (0.3, 0.02))
    frame = frame.with_columns(
        date_text(pl.col("purchase_date"), source.formats.date_format),
        amount_text(pl.col("total_amount"), source.formats.number_notation, often).alias("total_amount"),
        change_time_text(pl.col("updated_at"), source),
        _cpf_text(pl.col("cpf"), pl.lit(pl.Series(draws.below("cpf writing", 16)))).alias("cpf"),
        _grouped_card(pl.col("credit_card_number"), often),
    )
    if kind is not SourceKind.DATABASE:
        frame = frame.with_columns(rewritten_where(rarely, " " + pl.col("total_amount") + " "))
    if kind is SourceKind.FILES:
        frame = frame.with_columns(rewritten_where(rarely, pl.col("product") + '\n"oferta"; à vista'))
    return frame


def amount_text(centavos: pl.Expr, notation: NumberNotation, plain: pl.Expr) -> pl.Expr:
    """Amounts in centavos (below 10⁹ BRL) as text; `plain` ones without currency and thousands separators."""
    whole, cents = centavos.abs() // 100, centavos.abs() % 100
    grouped = notation.currency + grouped_digits(whole, notation.grouping)
    digits = pl.when(plain).then(whole.cast(pl.String)).otherwise(grouped)
    return sign_text(centavos) + digits + notation.decimal + cents.cast(pl.String).str.zfill(2)


def _cpf_text(cpf: pl.Expr, writing: pl.Expr) -> pl.Expr:
    return (
        pl.when(writing < 8)  # noqa: PLR2004 - half of the CPFs are bare digits
        .then(cpf)
        .when(writing == 8)  # noqa: PLR2004
        .then(cpf_text(cpf, " ", " "))
        .when(writing == 9)  # noqa: PLR2004
        .then(" " + cpf + " ")
        .otherwise(cpf_text(cpf, ".", "-"))
    )


def _grouped_card(card: pl.Expr, grouped: pl.Expr) -> pl.Expr:
    groups = pl.concat_str([card.str.slice(start, 4) for start in (0, 4, 8)] + [card.str.slice(12)], separator=" ")
    return pl.when(grouped & (card.str.len_chars() == 16)).then(groups).otherwise(card)  # noqa: PLR2004
