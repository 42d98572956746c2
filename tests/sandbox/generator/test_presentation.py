from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from sandbox.generator.presentation import amount_text, date_text, timestamp_text


@pytest.mark.parametrize(
    ("amount_format", "expected"),
    [
        (AmountFormat.PLAIN, ["0.05", "12.50", "1234.56", "-1234.56", "1000000.00", "1234567.89", None]),
        (
            AmountFormat.DOLLAR,
            ["$0.05", "$12.50", "$1,234.56", "-$1,234.56", "$1,000,000.00", "$1,234,567.89", None],
        ),
        (
            AmountFormat.REAL,
            ["R$ 0,05", "R$ 12,50", "R$ 1.234,56", "-R$ 1.234,56", "R$ 1.000.000,00", "R$ 1.234.567,89", None],
        ),
    ],
)
def test_amounts_are_written_with_currency_and_thousands(
    amount_format: AmountFormat, expected: list[str | None]
) -> None:
    centavos = pl.Series([5, 1250, 123456, -123456, 100000000, 123456789, None])
    assert (
        pl.select(amount_text(pl.lit(centavos), amount_format, pl.lit(value=False))).to_series().to_list() == expected
    )


def test_plain_amounts_have_neither_currency_nor_thousands() -> None:
    centavos = pl.lit(pl.Series([5, -123456789]))
    assert pl.select(amount_text(centavos, AmountFormat.REAL, pl.lit(value=True))).to_series().to_list() == [
        "0,05",
        "-1234567,89",
    ]


@pytest.mark.parametrize(
    ("date_format", "expected"),
    [
        (DateFormat.ISO, ["2026-02-03", "9999-12-31", None]),
        (DateFormat.US, ["2/3/2026", "12/31/9999", None]),
        (DateFormat.BRAZILIAN, ["03/02/2026", "31/12/9999", None]),
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
    written = pl.select(timestamp_text(pl.lit(times), TimestampFormat(local_offset=offset))).to_series().to_list()
    assert written == expected
