"""What a source writes by a declared pattern is read back as the time that it wrote."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings

from tasks.extract.values import read
from tests.vectors.round_trips import WRITTEN, Written


@settings(max_examples=150, deadline=None)
@given(written=WRITTEN)
def test_a_time_reads_as_what_was_written(written: Written) -> None:
    texts = pl.DataFrame({"text": list(written.read_as)})
    found = texts.select(read(pl.col("text"), written.format)).to_series()
    assert dict(zip(written.read_as, found, strict=True)) == written.read_as
