"""Renders the contract's landing rules for a source as a pandera schema over polars frames."""

from __future__ import annotations

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
from contracts.written_formats import written_format
from tasks.validate.rules import accepts


def landing_schema(contract: Contract, source: BaseSource, ingestion_day: date) -> pa.DataFrameSchema:
    """Exactly the contract's columns, all text, with a named check for each rule that landing enforces.

    A check's name is the rule's label. `ingestion_day` is the day in UTC.
    """
    rules = contract.rules_at(Stage.LANDING)
    columns = {
        column.name: _column(column, source, [rule for rule in rules if rule.column == column.name], ingestion_day)
        for column in contract.columns
    }
    return pa.DataFrameSchema(columns, strict=True, name=f"{contract.name} from {source.name}")


def _column(column: Column, source: BaseSource, rules: list[Rule], ingestion_day: date) -> pa.Column:
    format_ = written_format(column, source)
    checks = [
        # pandera drops null rows before a check unless told otherwise, and null is what `Present` must reject
        pa.Check(partial(_verdict, rule.checks, format_, ingestion_day), name=rule.label, ignore_na=False)
        for rule in rules
    ]
    return pa.Column(pl.String, checks=checks, nullable=True)


def _verdict(
    checks: tuple[Check, ...], format_: WrittenFormat | None, ingestion_day: date, data: PolarsData
) -> pl.LazyFrame:
    verdicts = [accepts(check, pl.col(data.key), format_, ingestion_day) for check in checks]
    return data.lazyframe.select(pl.all_horizontal(verdicts).alias(str(data.key)))
