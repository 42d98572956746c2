"""Dates and instants in the tables' files, as engines read them that are not Spark."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from contracts.formats import TimestampFormat
from spark_jobs.silver.times import parse_date, parse_timestamp
from tests.spark_jobs.frames import frame
from tests.vectors.date_vectors import ISO

pytestmark = pytest.mark.spark

WRITTEN: dict[str, tuple[str, str, date | None, datetime | None]] = {
    "far past": ("1500-01-01", "1500-01-01T00:00:00.000001Z", date(1500, 1, 1), datetime(1500, 1, 1, 0, 0, 0, 1, UTC)),
    "before 1677": (
        "1582-10-10",
        "1676-12-31T23:59:59Z",
        date(1582, 10, 10),
        datetime(1676, 12, 31, 23, 59, 59, 0, UTC),
    ),
    "now": (
        "2026-02-01",
        "2026-02-01T12:00:00.5-03:00",
        date(2026, 2, 1),
        datetime(2026, 2, 1, 15, 0, 0, 500_000, UTC),
    ),
    "after 2262": ("2300-12-31", "2300-12-31T00:00:00Z", date(2300, 12, 31), datetime(2300, 12, 31, tzinfo=UTC)),
    "last": (
        "9999-12-31",
        "9999-12-31T23:59:59.999999Z",
        date(9999, 12, 31),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    ),
    "no such day": ("0000-00-00", "0000-00-00T00:00:00Z", None, None),
    "no such month": ("2026-13-01", "2026-02-31T00:00:00Z", None, None),
    "no such year": ("10000-01-01", "9999-12-31T23:59:59-03:00", None, None),
}


@pytest.fixture(scope="module")
def table(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Delta table of what the texts read as."""
    path = tmp_path_factory.mktemp("times") / "table"
    texts = frame(spark, [(name, *texts[:2]) for name, texts in WRITTEN.items()], "name string, day string, at string")
    read = texts.select(
        "name",
        parse_date(sf.col("day"), ISO).alias("day"),
        parse_timestamp(sf.col("at"), TimestampFormat()).alias("at"),
    )
    read.coalesce(1).write.format("delta").save(path.as_uri())
    return path


def test_instants_are_written_as_microseconds(table: Path) -> None:
    (file,) = table.glob("*.parquet")
    schema = pq.read_schema(file)  # type: ignore[no-untyped-call]
    assert schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert pq.read_metadata(file).schema.column(2).physical_type == "INT64"  # type: ignore[no-untyped-call]


def test_other_engines_read_the_days_and_instants_that_were_written(table: Path) -> None:
    expected = {name: (day, instant) for name, (_, _, day, instant) in WRITTEN.items()}
    found = pa.table(DeltaTable(table).to_pyarrow_table())
    by_arrow = {row["name"]: (row["day"], row["at"]) for row in found.to_pylist()}
    by_polars = {name: (day, at) for name, day, at in pl.read_delta(str(table)).select("name", "day", "at").rows()}
    assert by_arrow == expected
    assert by_polars == expected


def test_spark_reads_its_own_table(spark: SparkSession, table: Path) -> None:
    read = spark.read.format("delta").load(table.as_uri()).select("name", "day", sf.unix_micros("at"))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    found = {name: (day, at) for name, day, at in read.collect()}
    for name, (_, _, day, instant) in WRITTEN.items():
        since = instant - epoch if instant else None
        assert found[name] == (day, since and (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds), name
