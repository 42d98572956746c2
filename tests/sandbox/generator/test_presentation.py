from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.formats import DateFormat, TimestampFormat
from sandbox.generator.population import SourceKind, source_of
from sandbox.generator.presentation import change_time_text, date_text, timestamp_text
from tests.packaged_contracts import CONTRACTS


@pytest.mark.parametrize(
    ("date_format", "expected"),
    [
        (DateFormat.of("yyyy-MM-dd"), ["2026-02-03", "9999-12-31", None]),
        (DateFormat.of("M/d/yyyy"), ["2/3/2026", "12/31/9999", None]),
        (DateFormat.of("dd/MM/yyyy"), ["03/02/2026", "31/12/9999", None]),
    ],
)
def test_dates_are_written_in_the_sources_order(date_format: DateFormat, expected: list[str | None]) -> None:
    days = pl.lit(pl.Series([date(2026, 2, 3), date(9999, 12, 31), None]))
    assert pl.select(date_text(days, date_format)).to_series().to_list() == expected


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (None, ["2026-01-01T01:02:03Z", "2026-01-01T01:02:03.000450Z"]),
        ("-03:00", ["31/12/2025 22:02:03", "31/12/2025 22:02:03"]),
        ("-03:30", ["31/12/2025 21:32:03", "31/12/2025 21:32:03"]),
        ("+05:45", ["01/01/2026 06:47:03", "01/01/2026 06:47:03"]),
    ],
)
def test_times_are_written_in_utc_or_at_the_sources_offset(offset: str | None, expected: list[str]) -> None:
    times = pl.Series([datetime(2026, 1, 1, 1, 2, 3, 0, UTC), datetime(2026, 1, 1, 1, 2, 3, 450, UTC)]).cast(
        pl.Datetime("us", "UTC")
    )
    format_ = TimestampFormat.of("dd/MM/yyyy HH:mm:ss", zone=offset) if offset else TimestampFormat()
    written = pl.select(timestamp_text(pl.lit(times), format_)).to_series().to_list()
    assert written == expected


@pytest.mark.parametrize("contract", CONTRACTS.datasets, ids=lambda contract: contract.name)
def test_a_databases_times_have_six_decimals_whatever_the_fraction(contract: Contract) -> None:
    fractions = [0, 450, 120_000, 123_456]
    times = pl.Series([datetime(2026, 1, 1, 1, 2, 3, fraction, UTC) for fraction in fractions])
    source = source_of(contract, SourceKind.DATABASE)
    written = pl.select(change_time_text(pl.lit(times), source)).to_series().to_list()
    assert written == [f"2026-01-01T01:02:03.{fraction:06d}Z" for fraction in fractions]
