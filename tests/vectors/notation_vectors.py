"""What numbers read as that are written in a notation of a source's own; None: they do not parse."""

from __future__ import annotations

from decimal import Decimal

from contracts.formats import NumberFormat
from contracts.formats.notations import CurrencyPlace, NegativeSign, NumberNotation

PARENTHESES, TRAILING, LEADING = NegativeSign.PARENTHESES, NegativeSign.TRAILING, NegativeSign.LEADING

ACCOUNTING = NumberFormat(NumberNotation(",", ".", "R$ ", negative=(PARENTHESES,)))
MAINFRAME = NumberFormat(NumberNotation(implied_decimals=2, negative=(TRAILING,)))
FRENCH = NumberFormat(
    NumberNotation(",", " ", " €", CurrencyPlace.AFTER, negative=(LEADING, NegativeSign.AFTER_DIGITS, TRAILING))
)
SWISS = NumberFormat(NumberNotation(".", "'", "CHF "))
PERCENT = NumberFormat(NumberNotation(",", percent=True), 4, 3)
JAVA_DOUBLE = NumberFormat(NumberNotation(exponent=True))
FOUR_DECIMALS = NumberFormat(NumberNotation(decimals=4))

PANDAS_WHOLE = NumberFormat(NumberNotation(decimals=1), 0, 19, is_integer=True)
TRAILING_WHOLE = NumberFormat(NumberNotation(",", ".", "R$ ", negative=(TRAILING, PARENTHESES)), 0, 10, is_integer=True)

NOTATIONS: dict[NumberFormat, dict[str, Decimal | None]] = {
    ACCOUNTING: {
        "R$ 1.234,56": Decimal("1234.56"),
        "(R$ 1.234,56)": Decimal("-1234.56"),
        "R$ (1.234,56)": Decimal("-1234.56"),
        "(5)": Decimal(-5),
        "5": Decimal(5),
        "(R$ 5": None,
        "R$ 5)": None,
        "-5": None,
        "-(5)": None,
        "((5))": None,
    },
    MAINFRAME: {
        "123456": Decimal("1234.56"),
        "5": Decimal("0.05"),
        "5-": Decimal("-0.05"),
        "00012345-": Decimal("-123.45"),
        "0": Decimal(0),
        "99999999999999": Decimal("999999999999.99"),
        "999999999999999": None,
        "-5": None,
        "12.34": None,
        "-": None,
    },
    FRENCH: {
        "1 234,56 €": Decimal("1234.56"),
        "1\u202f234,56\xa0€": Decimal("1234.56"),
        "1234,56€": Decimal("1234.56"),
        "-1 234,56 €": Decimal("-1234.56"),
        "1 234,56- €": Decimal("-1234.56"),
        "1 234,56 €-": Decimal("-1234.56"),
        "-1 234,56 €-": None,
        "€ 5": None,
        "12 34": None,
        "1  234": None,
    },
    SWISS: {
        "CHF 1'234.50": Decimal("1234.5"),
        "1’234.50": Decimal("1234.5"),
        "-CHF1234.50": Decimal("-1234.5"),
        "CHF -5": None,
        "1,234.50": None,
        "chf 5": None,
    },
    PERCENT: {
        "12,5%": Decimal("0.125"),
        "12,55 %": Decimal("0.1255"),
        "-3%": Decimal("-0.03"),
        "100%": Decimal(1),
        "12,555%": None,
        "12,5": None,
        "%": None,
        "12,5%%": None,
    },
    JAVA_DOUBLE: {
        "1.234567845E7": Decimal("12345678.45"),
        "1E3": Decimal(1000),
        "5e-2": Decimal("0.05"),
        "12.50": Decimal("12.5"),
        "12.5000": Decimal("12.5"),
        "-1.5e1": Decimal(-15),
        "5e-3": None,
        "1.005": None,
        "1e12": None,
        "9.9999999999999E11": Decimal("999999999999.99"),
        "1e999": None,
        "e3": None,
    },
    FOUR_DECIMALS: {
        "12.3400": Decimal("12.34"),
        "-0.0100": Decimal("-0.01"),
        "12.3456": None,
        "12.34": None,
        "12": None,
    },
    NumberFormat(NumberNotation(decimals=1), 3, 9): {"1.5": Decimal("1.5"), "1.50": None, "1": None},
    NumberFormat(NumberNotation(decimals=0)): {"15": Decimal(15), "15.0": None, "15.": None},
}
"""Of decimals of as many digits."""

WHOLE_NOTATIONS: dict[NumberFormat, dict[str, int | None]] = {
    PANDAS_WHOLE: {"12.0": 12, "-3.0": -3, "12.5": None, "12": None},
    TRAILING_WHOLE: {"1.000-": -1000, "(7)": -7, "7": 7, "-7": None, "R$ 7": None, "2147483648": None},
}
