"""Renders the contract's landing rules for a source as a pandera schema over polars frames."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from contracts.columns import Column
from contracts.contract import Contract
from contracts.formats import WrittenFormat
from contracts.rules import Check, Rule, Stage
from contracts.sources.source import BaseSource
from contracts.written_formats import text_format, written_format
from tasks.extract.texts import meant
from tasks.validate.rules import accepts


def landing_schema(contract: Contract, source: BaseSource, ingestion_day: date) -> pa.DataFrameSchema:
    """Exactly the contract's columns, all text, with a named check for each rule that landing enforces.

    A check's name is the rule's label. `ingestion_day` is the day in UTC.
    """
    return _schema(contract, source, contract.columns, contract.rules_at(Stage.LANDING), ingestion_day)


def deletion_schema(contract: Contract, source: BaseSource, ingestion_day: date) -> pa.DataFrameSchema:
    """Exactly the columns that are kept of a deleted row, all text; the rules of its key alone are enforced."""
    key = {column.name for column in contract.table.key_columns}
    rules = [rule for rule in contract.rules_at(Stage.LANDING) if rule.column in key]
    return _schema(contract, source, contract.table.deletion_columns, rules, ingestion_day)


def _schema(
    contract: Contract, source: BaseSource, columns: Collection[Column], rules: Collection[Rule], ingestion_day: date
) -> pa.DataFrameSchema:
    found = {
        column.name: _column(column, source, [rule for rule in rules if rule.column == column.name], ingestion_day)
        for column in columns
    }
    return pa.DataFrameSchema(found, strict=True, name=f"{contract.name} from {source.name}")


def _column(column: Column, source: BaseSource, rules: list[Rule], ingestion_day: date) -> pa.Column:
    text = meant(pl.col(column.name), text_format(column, source))
    judged = partial(_verdict, text, written_format(column, source), ingestion_day)
    checks = [
        # pandera drops null rows before a check unless told otherwise, and null is what `Present` must reject; of the
        # rows that fail it would make tables, where their verdicts say all
        pa.Check(partial(judged, rule.checks), name=rule.label, ignore_na=False, n_failure_cases=1)
        for rule in rules
    ]
    return pa.Column(pl.String, checks=checks, nullable=True)


def _verdict(
    text: pl.Expr, format_: WrittenFormat | None, ingestion_day: date, checks: tuple[Check, ...], data: PolarsData
) -> pl.LazyFrame:
    verdicts = [accepts(check, text, format_, ingestion_day) for check in checks]
    return data.lazyframe.select(pl.all_horizontal(verdicts).alias(str(data.key)))
