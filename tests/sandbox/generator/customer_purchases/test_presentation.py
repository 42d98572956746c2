from __future__ import annotations

import polars as pl
import pytest

from contracts.formats import NumberNotation
from contracts.formats.notations import AMOUNT_EXAMPLES
from sandbox.generator.customer_purchases.presentation import amount_text


@pytest.mark.parametrize(
    ("amount_format", "expected"),
    [
        (AMOUNT_EXAMPLES["1234.56"], ["0.05", "12.50", "1234.56", "-1234.56", "1000000.00", "1234567.89", None]),
        (
            AMOUNT_EXAMPLES["$1,234.56"],
            ["$0.05", "$12.50", "$1,234.56", "-$1,234.56", "$1,000,000.00", "$1,234,567.89", None],
        ),
        (
            AMOUNT_EXAMPLES["R$ 1.234,56"],
            ["R$ 0,05", "R$ 12,50", "R$ 1.234,56", "-R$ 1.234,56", "R$ 1.000.000,00", "R$ 1.234.567,89", None],
        ),
    ],
)
def test_amounts_are_written_with_currency_and_thousands(
    amount_format: NumberNotation, expected: list[str | None]
) -> None:
    centavos = pl.Series([5, 1250, 123456, -123456, 100000000, 123456789, None])
    assert (
        pl.select(amount_text(pl.lit(centavos), amount_format, pl.lit(value=False))).to_series().to_list() == expected
    )


def test_plain_amounts_have_neither_currency_nor_thousands() -> None:
    centavos = pl.lit(pl.Series([5, -123456789]))
    assert pl.select(
        amount_text(centavos, AMOUNT_EXAMPLES["R$ 1.234,56"], pl.lit(value=True))
    ).to_series().to_list() == [
        "0,05",
        "-1234567,89",
    ]
