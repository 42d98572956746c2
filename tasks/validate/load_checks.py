"""The checks of whole loads that a contract states: counted chunk by chunk while a load is read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import polars as pl
from pydantic import BaseModel, ConfigDict

from contracts.column_rules import SetCheck
from contracts.columns import Column
from contracts.contract import Contract
from contracts.quality import Metric
from contracts.rules import Check, Severity, Stage
from contracts.sources.source import BaseSource
from contracts.written_formats import text_format, written_format
from tasks.extract.texts import meant
from tasks.validate.rules import accepts


class CheckCounts(BaseModel):
    """How many rows were looked at, and how many of them do not keep each check, by its place in the contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = 0
    broken: dict[str, int] = {}

    def __add__(self, other: CheckCounts) -> CheckCounts:
        """Both together."""
        return CheckCounts(rows=self.rows + other.rows, broken=dict(Counter(self.broken) + Counter(other.broken)))


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
        self.counts = CheckCounts()

    def add(self, chunk: pl.DataFrame) -> None:
        """Count the chunk's rows: the contract's columns as text."""
        broken = chunk.select(broken.sum().alias(name) for name, broken in self._broken.items())
        counts = broken.row(0, named=True) if self._broken else {}
        self.include(CheckCounts(rows=chunk.height, broken=counts))

    def include(self, counts: CheckCounts) -> None:
        """Count rows that were looked at elsewhere."""
        self.counts += counts

    def failures(self, severity: Severity) -> dict[str, str]:
        """The checks of that severity that the rows so far do not keep: what was counted, by label."""
        return {
            check.label: f"{check.metric} is {found:.10g}{' percent' * check.percent}, and it {check.threshold}"
            for name, check in self._checks.items()
            if check.severity is severity and not check.threshold.holds(found := self._found(name, check))
        }

    def _found(self, name: str, check: SetCheck) -> Decimal:
        if check.metric is Metric.ROW_COUNT:
            return Decimal(self.counts.rows)
        count = Decimal(self.counts.broken.get(name, 0))
        if not check.percent:
            return count
        return 100 * count / self.counts.rows if self.counts.rows else Decimal(0)


def _accepts(check: Check, column: Column, source: BaseSource, ingestion_day: date) -> pl.Expr:
    text = meant(pl.col(column.name), text_format(column, source))
    return accepts(check, text, written_format(column, source), ingestion_day)
