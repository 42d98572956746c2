"""The job on what was landed of hostile rows, and its tables held against what must become of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from contracts.logical_types import LogicalType
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from spark_jobs.tables.lakehouse import Table
from tasks.land.raw_container import RawContainer
from tests.hostile_rows.accounts import Fates, require_same
from tests.hostile_rows.identities import identifies
from tests.hostile_rows.readings import read
from tests.hostile_rows.rows import NUMBER, HostileRow, Values
from tests.spark_jobs.lakehouse_runs import job_parameters, run_job
from tests.spark_jobs.raw_files import copy_raw

_OLDEST = datetime.min.replace(tzinfo=UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class HostileTables:
    """The tables of a lake that holds nothing but hostile rows of one source."""

    spark: SparkSession
    contract: Contract
    source: Source
    lake: Path

    def take_in(self, raw: RawContainer) -> TransformedRows:
        """Run the job on what is in the container; the books of the source."""
        copy_raw(raw, self.lake)
        total = run_job(self.spark, job_parameters(self.contract, self.lake)).silver.total
        assert total.keys() == {self.source.name}
        return total[self.source.name]

    def require(self, wanted: Fates, rows: Mapping[str, HostileRow], books: TransformedRows) -> None:
        """Every row is in its tables, and in no other: as landed, with its rules, or with what its values say."""
        house = job_parameters(self.contract, self.lake).lakehouse
        bronze, rejected, silver = (self._rows(table) for table in (house.bronze, house.rejected, house.silver))
        landed = {number: rows[number].values for number in rows.keys() - wanted.quarantined.keys()}
        names = self.contract.column_names
        require_same([(row[NUMBER], {n: row[n] for n in names}) for row in bronze], landed, rows)
        broken = [(row[NUMBER], tuple(sorted(row["broken_rules"]))) for row in rejected]
        require_same(broken, wanted.rejected, rows)
        self._require_latest(silver, wanted, rows, {row[NUMBER]: row["source_file_name"] for row in bronze})
        self._require_all_in_gold(len(silver))
        self._require_anonymous([*rejected, *silver])
        superseded = len(wanted.valid) - len(silver)
        assert books == TransformedRows(silver=len(silver), rejected=len(wanted.rejected), superseded=superseded)

    def _require_all_in_gold(self, rows_of_silver: int) -> None:
        """A measure that counts rows counts each of silver's once."""
        golds = job_parameters(self.contract, self.lake).lakehouse.golds
        for table, definition in zip(golds, self.contract.gold_tables, strict=True):
            for measure in (one for one in definition.measures if one.transform_logic == "count(*)"):
                assert sum(row[measure.name] for row in self._rows(table)) == rows_of_silver, table.full_name

    def _require_anonymous(self, rows: Sequence[Row]) -> None:
        """No text that is not masked has anybody's CPF or address in it."""
        names = [c.name for c in self.contract.columns if c.logical_type is LogicalType.STRING and not c.masking]
        texts = {row[name] for row in rows for name in names if row[name]}
        assert [text for text in texts if identifies(text)] == []

    def _rows(self, table: Table) -> list[Row]:
        return pl.DataFrame(self.spark.table(table.full_name).toArrow()).to_dicts()

    def _require_latest(
        self, silver: list[Row], wanted: Fates, rows: Mapping[str, HostileRow], files: Mapping[str, str]
    ) -> None:
        """Of each key silver has one row, which is the latest or one of those that nothing but content tells apart."""
        latest: dict[tuple[object, ...], tuple[tuple[datetime, str], set[str]]] = {}
        for number in wanted.valid:
            values = rows[number].values
            key = tuple(self._says(values, column.name) for column in self.contract.table.key_columns)
            lateness = (self._changed_at(values), files[number])
            best, ones = latest.get(key, (lateness, set()))
            if lateness >= best:
                latest[key] = (lateness, ones | {number} if lateness == best else {number})
        winners = {number for _, ones in latest.values() for number in ones}
        found = {row[NUMBER]: self._typed(row) for row in silver}
        said = {n: {name: self._says(rows[n].values, name) for name in self._plain} for n in found.keys() & winners}
        require_same([(row[NUMBER], self._typed(row)) for row in silver], said, rows)
        assert len(silver) == len(latest), f"silver has {len(silver)} rows, and {len(latest)} keys are valid"

    @property
    def _plain(self) -> list[str]:
        """The columns whose values silver shows as they are read: what is typed, and the key."""
        typed = [c.name for c in self.contract.columns if written_format(c, self.source)]
        return [*typed, *(c.name for c in self.contract.table.key_columns if c.name not in typed)]

    def _says(self, values: Values, name: str) -> object:
        return _comparable(read(values[name], written_format(self.contract.table.column(name), self.source)))

    def _changed_at(self, values: Values) -> datetime:
        latest_by = self.contract.table.latest_by
        said = self._says(values, latest_by) if latest_by else None
        return said if isinstance(said, datetime) else _OLDEST

    def _typed(self, row: Row) -> dict[str, object]:
        return {name: _comparable(row[name]) for name in self._plain}


def _comparable(value: object) -> object:
    """Numbers as doubles, which the tables hold."""
    return float(value) if isinstance(value, Decimal) else value
