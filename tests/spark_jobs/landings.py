"""Rows that are landed while it is noted which run takes them in, and all tables held against what these rows say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from contracts.job_report import TransformedRows
from spark_jobs.job_parameters import JobParameters
from spark_jobs.tables.lakehouse import Table
from tests.spark_jobs.expected_tables import expected_books, expected_tables
from tests.spark_jobs.frames import row_values
from tests.spark_jobs.landed_rows import LandedRow, Row
from tests.spark_jobs.raw_files import Landed, land

Item = tuple[str, object]


class Landings:
    """A lake, and every row that was landed in it."""

    def __init__(self, job: JobParameters, lake: Path) -> None:
        self._job, self._lake = job, lake
        self.rows: list[LandedRow] = []

    def land(self, source: str, sequence: int, lines: Iterable[Landed], hour: int = 12) -> None:
        """Land the lines as one file, for a run of that hour (`run_job`)."""
        written = list(lines)
        file = land(self._lake, self._job.contract, self._job.contract.source(source), sequence, written)
        at = datetime(2026, 11, 25, hour, tzinfo=UTC)
        self.rows += [LandedRow(source, f"file:{file}", at, self._job.ingestion_id, line) for line in written]

    def require_tables(self, spark: SparkSession, beside: Collection[str] = ()) -> None:
        """Every column of every row of every table is what the landed rows say, but for columns beside the point."""
        expected = expected_tables(self.rows)
        for name, table in self._tables().items():
            columns = [column for column in table.column_names if column not in beside]
            found = Counter(_items(row_values(row), columns) for row in spark.table(table.full_name).collect())
            wanted = Counter(_items(row, columns) for row in expected[name])
            assert list((found - wanted).items()) == [], f"{name} holds what no landed row says"
            assert list((wanted - found).items()) == [], f"{name} lacks what landed rows say"

    def _tables(self) -> dict[str, Table]:
        house = self._job.lakehouse
        tables = {"bronze": house.bronze, "silver": house.silver, "rejected": house.rejected, "gold": house.golds[0]}
        return tables | ({"deleted": house.deleted} if self._job.contract.tells_deletions else {})

    def require_books(self, total: Mapping[str, TransformedRows]) -> None:
        """Each source's rows are accounted for."""
        assert dict(total) == expected_books(self.rows)


def _items(row: Row, columns: list[str]) -> tuple[Item, ...]:
    """The values by column, lists in order; what a landed line does not say is null."""
    values = ((name, row.get(name)) for name in columns)
    return tuple((name, tuple(sorted(value)) if isinstance(value, list) else value) for name, value in values)
