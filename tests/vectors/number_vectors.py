"""What each written form of a number reads as; None: it does not parse."""

from __future__ import annotations

from decimal import Decimal

from contracts.formats import NumberFormat
from contracts.formats.notations import AMOUNT_EXAMPLES

_NO_AMOUNTS = (
    "abc NaN Infinity -Infinity 1e3 1E3 0x10 +5 .5 5. , . - $ R$ 12.345.6 1.2.3 1_000 1000000000000 1000000000000.00 "
    "１２３ ١٢٣ ½ −5 --5 5- (5) 1,23,456.00 1.23.456,00 €5 US$5 1.234,567 1,234.567 null"
)

PLAIN_NOTATION, DOLLAR_NOTATION, REAL_NOTATION = AMOUNT_EXAMPLES.values()
PLAIN, DOLLAR, REAL = (NumberFormat(notation) for notation in AMOUNT_EXAMPLES.values())

AMOUNTS: dict[NumberFormat, dict[str, Decimal | None]] = {
    PLAIN: {
        "1234.56": Decimal("1234.56"),
        " 1234.56 ": Decimal("1234.56"),
        "0": Decimal(0),
        "0.00": Decimal(0),
        "-0.00": Decimal(0),
        "007": Decimal(7),
        "12.5": Decimal("12.5"),
        "-12.50": Decimal("-12.5"),
        "0.01": Decimal("0.01"),
        "999999999999.99": Decimal("999999999999.99"),
        "-999999999999.99": Decimal("-999999999999.99"),
        "12.345": None,
        "1,234.56": None,
        "1.234,56": None,
        "12,50": None,
        "$12.50": None,
        "R$ 12,50": None,
        "12 .50": None,
        "12.50\n13.50": None,
        **dict.fromkeys(_NO_AMOUNTS.split()),
    },
    DOLLAR: {
        "$1,234.56": Decimal("1234.56"),
        "1,234.56": Decimal("1234.56"),
        "$1234.56": Decimal("1234.56"),
        "1234.56": Decimal("1234.56"),
        "-$1,234.56": Decimal("-1234.56"),
        "-5": Decimal(-5),
        "$0.00": Decimal(0),
        "$1,234": Decimal(1234),
        "1,234": Decimal(1234),
        "$12": Decimal(12),
        "$999,999,999,999.99": Decimal("999999999999.99"),
        "\xa0$7.00": Decimal(7),
        "$-5.00": None,
        "$ 5.00": None,
        "$$5": None,
        "5$": None,
        "$1,2345.00": None,
        "$1234,567.00": None,
        "$,123": None,
        "$1.234,56": None,
        "R$ 1.234,56": None,
        "$1,000,000,000,000.00": None,
        **dict.fromkeys(_NO_AMOUNTS.split()),
    },
    REAL: {
        "R$ 1.234,56": Decimal("1234.56"),
        "R$1.234,56": Decimal("1234.56"),
        "R$\xa01.234,56": Decimal("1234.56"),
        "1.234,56": Decimal("1234.56"),
        "1234,56": Decimal("1234.56"),
        "1234": Decimal(1234),
        "1.234": Decimal(1234),
        "12,5": Decimal("12.5"),
        "-12,50": Decimal("-12.5"),
        "-R$ 12,50": Decimal("-12.5"),
        "R$ -12,50": Decimal("-12.5"),
        "R$ 0,00": Decimal(0),
        "R$ 999.999.999.999,99": Decimal("999999999999.99"),
        "-R$ -12,50": None,
        "R$  12,50": None,
        "R$\t12,50": None,
        "r$ 12,50": None,
        "BRL 12,50": None,
        "12,50 R$": None,
        "1234.56": None,
        "12.50": None,
        "1,234.56": None,
        "$1,234.56": None,
        "1.2345,00": None,
        "1234.567,00": None,
        "12,345": None,
        "R$ 1.000.000.000.000,00": None,
        **dict.fromkeys(_NO_AMOUNTS.split()),
    },
}

INTEGERS: dict[NumberFormat, dict[str, int | None]] = {
    NumberFormat(PLAIN_NOTATION, 0, 19, is_integer=True): {
        "0": 0,
        "-0": 0,
        "007": 7,
        " 42\n": 42,
        "-42": -42,
        "9223372036854775807": 9223372036854775807,
        "-9223372036854775808": -9223372036854775808,
        "9223372036854775808": None,
        "9999999999999999999": None,
        "12345678901234567890": None,
        "1.0": None,
        "1,000": None,
        "1.000": None,
        "$1": None,
        "4 2": None,
        **dict.fromkeys(
            ["abc", "NaN", "1e3", "0x10", "+5", "5.", "-", "--5", "5-", "(5)", "1_000", "١٢٣", "１２", "½", "true"]
        ),
    },
    NumberFormat(DOLLAR_NOTATION, 0, 10, is_integer=True): {
        "1,000": 1000,
        "2,147,483,647": 2147483647,
        "-2147483648": -2147483648,
        "2147483648": None,
        "$1": None,
        "1.000": None,
        "10,00": None,
    },
    NumberFormat(REAL_NOTATION, 0, 10, is_integer=True): {
        "1.000": 1000,
        "-1000": -1000,
        "9999999999": None,
        "R$ 1": None,
        "1,0": None,
    },
}
"""Of a `bigint` where there is room for 19 digits, else of an `int`."""

DOUBLES: dict[NumberFormat, dict[str, float | None]] = {
    NumberFormat(PLAIN_NOTATION, None): {
        "0.1": 0.1,
        "-1234.5678901234567": -1234.5678901234567,
        "0.000000000000000000001": 1e-21,
        "12": 12.0,
        "1e3": 1000.0,
        "1e-07": 1e-07,
        "-3.5E+15": -3.5e15,
        "1234567890123": 1234567890123.0,
        "1.7976931348623157e308": 1.7976931348623157e308,
        "5e-324": 5e-324,
        "1e-999": 0.0,
        "1e309": None,
        "9" * 400: None,
        **dict.fromkeys(
            ["NaN", "Infinity", "inf", "1.", ".5", "1e", "1e1000", "e3", "1e+-3", "1 e3", "+1", "1d", "0x1p3"]
        ),
    },
    NumberFormat(REAL_NOTATION, None): {"1.234,5": 1234.5, "0,125": 0.125, "0.125": 125.0, "1.5": None},
}
"""Of no declared number of decimals."""

DECIMALS: dict[NumberFormat, dict[str, Decimal | None]] = {
    NumberFormat(PLAIN_NOTATION, 3, 5): {
        "12345.678": Decimal("12345.678"),
        "-0.001": Decimal("-0.001"),
        "12": Decimal(12),
        "12345.6789": None,
        "123456": None,
    },
    NumberFormat(PLAIN_NOTATION, 0, 4): {"1234": Decimal(1234), "12345": None, "1.0": None},
}
"""Of a decimal with as many digits."""
