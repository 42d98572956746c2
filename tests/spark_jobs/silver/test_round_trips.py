"""What a source writes by a declared pattern is read back in silver as the time that it wrote."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from spark_jobs.silver.times import parse_timestamp
from tests.spark_jobs.frames import text_frame
from tests.vectors.round_trips import WRITTEN, Written

pytestmark = pytest.mark.spark


def test_times_read_as_what_was_written(spark: SparkSession) -> None:
    """One query for all that chance makes, a column for each format."""
    every: list[Written] = []

    @settings(max_examples=40, deadline=None, database=None)
    @given(written=WRITTEN)
    def collect(written: Written) -> None:
        every.append(written)

    collect()
    texts = {text for written in every for text in written.read_as}
    columns = [parse_timestamp(sf.col("text"), written.format).alias(str(n)) for n, written in enumerate(every)]
    found = {row["text"]: row for row in text_frame(spark, texts).select("text", *columns).collect()}
    for place, written in enumerate(every):
        instants = {text: found[text][str(place)] for text in written.read_as}
        in_utc = {text: instant and instant.astimezone(UTC) for text, instant in instants.items()}
        assert in_utc == written.read_as, written.format
