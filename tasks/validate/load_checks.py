"""The checks of whole loads that a contract states: counted chunk by chunk while a load is read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import polars as pl

from contracts.column_rules import SetCheck
from contracts.columns import Column
from contracts.contract import Contract
from contracts.quality import Metric
from contracts.rules import Check, Severity, Stage
from contracts.sources.source import BaseSource
from contracts.written_formats import text_format, written_format
from tasks.extract.texts import meant
from tasks.validate.rules import accepts


class LoadChecks:
    """The checks of one load, and how many of its rows do not keep each so far."""

    def __init__(self, contract: Contract, source: BaseSource, ingestion_day: date) -> None:
        """Nothing counted yet; `ingestion_day` is the day in UTC."""
        checks = [check for check in contract.table.set_checks if check.stage is Stage.LANDING]
        self._checks = {str(place): check for place, check in enumerate(checks)}
        columns = {column.silver_name: column for column in contract.columns}
        self._broken = {
            name: ~pl.all_horizontal(_accepts(one, columns[column], source, ingestion_day) for one in check.checks)
            for name, check in self._checks.items()
            for column in check.columns
        }
        self._rows = 0
        self._counts: Counter[str] = Counter()

    def add(self, chunk: pl.DataFrame) -> None:
        """Count the chunk's rows: the contract's columns as text."""
        self._rows += chunk.height
        if self._broken:
            counts = chunk.select(broken.sum().alias(name) for name, broken in self._broken.items())
            self._counts.update(counts.row(0, named=True))

    def failures(self, severity: Severity) -> dict[str, str]:
        """The checks of that severity that the rows so far do not keep: what was counted, by label."""
        return {
            check.label: f"{check.metric} is {found:.10g}{' percent' * check.percent}, and it {check.threshold}"
            for name, check in self._checks.items()
            if check.severity is severity and not check.threshold.holds(found := self._found(name, check))
        }

    def _found(self, name: str, check: SetCheck) -> Decimal:
        if check.metric is Metric.ROW_COUNT:
            return Decimal(self._rows)
        count = Decimal(self._counts[name])
        if not check.percent:
            return count
        return 100 * count / self._rows if self._rows else Decimal(0)


def _accepts(check: Check, column: Column, source: BaseSource, ingestion_day: date) -> pl.Expr:
    text = meant(pl.col(column.name), text_format(column, source))
    return accepts(check, text, written_format(column, source), ingestion_day)
