"""What each written form of a date, a number, a boolean and a timestamp reads as; None: it does not parse.

Both engines' parsers are held to these values, so that a value means the same at landing and in silver.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from contracts.formats import BooleanFormat, DateFormat, NumberFormat, NumberNotation, TimestampFormat, WrittenFormat

MISSING: tuple[str | None, ...] = (None, "", " ", "\t\r\n", "\xa0", "\u2003\u3000", "\u2028")
"""Texts that count as missing in every format and rule."""

NOT_BLANK = ("\u200b", "\ufeff", "\x1f", "\x00", "\u180e")
"""Invisible characters that are not Unicode White_Space, and so are a value."""

DATES: dict[DateFormat, dict[str, date | None]] = {
    DateFormat.ISO: {
        "2026-01-31": date(2026, 1, 31),
        " 2026-01-31\n": date(2026, 1, 31),
        "\u30002026-01-31\xa0": date(2026, 1, 31),
        "2024-02-29": date(2024, 2, 29),
        "2000-02-29": date(2000, 2, 29),
        "1582-10-10": date(1582, 10, 10),
        "1000-01-01": date(1000, 1, 1),
        "9999-12-31": date(9999, 12, 31),
        "2023-02-29": None,
        "1900-02-29": None,
        "2026-02-30": None,
        "2026-04-31": None,
        "2026-13-01": None,
        "2026-00-10": None,
        "2026-01-00": None,
        "2026-1-31": None,
        "0999-01-01": None,
        "12026-01-31": None,
        "-2026-01-31": None,
        "0000-00-00": None,
        "0000-01-01": None,
        "10000-01-01": None,
        "+10000-01-01": None,
        "2026-02-31": None,
        "2026-01-31T00:00:00": None,
        "2026-01-31 00:00:00": None,
        "2026/01/31": None,
        "20260131": None,
        "31/01/2026": None,
        "2026-01-31\n2026-01-31": None,
        "２０２６-01-31": None,
        "٢٠٢٦-٠١-٣١": None,
        "2026-01-3१": None,
        "2026\u201001\u201031": None,
        "today": None,
        "epoch": None,
        "46053": None,
    },
    DateFormat.US: {
        "1/31/2026": date(2026, 1, 31),
        "01/31/2026": date(2026, 1, 31),
        "2/3/2026": date(2026, 2, 3),
        "02/3/2026": date(2026, 2, 3),
        "2/29/2024": date(2024, 2, 29),
        "12/31/9999": date(9999, 12, 31),
        "\t2/3/2026 ": date(2026, 2, 3),
        "31/1/2026": None,
        "31/01/2026": None,
        "2/29/2023": None,
        "0/0/0000": None,
        "2/31/2026": None,
        "1/1/10000": None,
        "0/1/2026": None,
        "1/0/2026": None,
        "001/1/2026": None,
        "1/31/26": None,
        "1-31-2026": None,
        "2026-01-31": None,
        "1 /31/2026": None,
        "１/31/2026": None,
    },
    DateFormat.BRAZILIAN: {
        "31/01/2026": date(2026, 1, 31),
        "03/02/2026": date(2026, 2, 3),
        "29/02/2024": date(2024, 2, 29),
        "\xa031/12/1999": date(1999, 12, 31),
        "01/31/2026": None,
        "29/02/2023": None,
        "31/04/2026": None,
        "31/02/2026": None,
        "00/00/0000": None,
        "01/01/10000": None,
        "3/2/2026": None,
        "00/01/2026": None,
        "31/01/26": None,
        "31.01.2026": None,
        "2026-01-31": None,
        "31/01/2026 10:00:00": None,
        "３１/01/2026": None,
    },
}

_NO_AMOUNTS = (
    "abc NaN Infinity -Infinity 1e3 1E3 0x10 +5 .5 5. , . - $ R$ 12.345.6 1.2.3 1_000 1000000000000 1000000000000.00 "
    "１２３ ١٢٣ ½ −5 --5 5- (5) 1,23,456.00 1.23.456,00 €5 US$5 1.234,567 1,234.567 null"
)

PLAIN, DOLLAR, REAL = (NumberFormat(notation) for notation in NumberNotation)

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
    NumberFormat(NumberNotation.PLAIN, 0, 19, is_integer=True): {
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
    NumberFormat(NumberNotation.DOLLAR, 0, 10, is_integer=True): {
        "1,000": 1000,
        "2,147,483,647": 2147483647,
        "-2147483648": -2147483648,
        "2147483648": None,
        "$1": None,
        "1.000": None,
        "10,00": None,
    },
    NumberFormat(NumberNotation.REAL, 0, 10, is_integer=True): {
        "1.000": 1000,
        "-1000": -1000,
        "9999999999": None,
        "R$ 1": None,
        "1,0": None,
    },
}
"""Of a `bigint` where there is room for 19 digits, else of an `int`."""

DOUBLES: dict[NumberFormat, dict[str, float | None]] = {
    NumberFormat(NumberNotation.PLAIN, None): {
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
    NumberFormat(NumberNotation.REAL, None): {"1.234,5": 1234.5, "0,125": 0.125, "0.125": 125.0, "1.5": None},
}
"""Of no declared number of decimals."""

DECIMALS: dict[NumberFormat, dict[str, Decimal | None]] = {
    NumberFormat(NumberNotation.PLAIN, 3, 5): {
        "12345.678": Decimal("12345.678"),
        "-0.001": Decimal("-0.001"),
        "12": Decimal(12),
        "12345.6789": None,
        "123456": None,
    },
    NumberFormat(NumberNotation.PLAIN, 0, 4): {"1234": Decimal(1234), "12345": None, "1.0": None},
}
"""Of a decimal with as many digits."""

BOOLEANS: dict[BooleanFormat, dict[str, bool | None]] = {
    BooleanFormat(): {
        "true": True,
        "false": False,
        " true\xa0": True,
        "TRUE": None,
        "t": None,
        "1": None,
        "yes": None,
        "truefalse": None,
    },
    BooleanFormat.of("S/N", "sim/não", "1/0"): {
        "S": True,
        "N": False,
        "sim": True,
        "não": False,
        "1": True,
        "0": False,
        "s": None,
        "nao": None,
        "na\u0303o": None,
        "S/N": None,
        "true": None,
        "01": None,
    },
}

SAO_PAULO = TimestampFormat("-03:00")

TIMESTAMPS: dict[TimestampFormat, dict[str, datetime | None]] = {
    TimestampFormat(): {
        "2026-02-01T12:00:00Z": datetime(2026, 2, 1, 12, tzinfo=UTC),
        " 2026-02-01T12:00:00Z\n": datetime(2026, 2, 1, 12, tzinfo=UTC),
        "2026-02-01T12:00:00.5Z": datetime(2026, 2, 1, 12, 0, 0, 500_000, tzinfo=UTC),
        "2026-02-01T12:00:00.123456Z": datetime(2026, 2, 1, 12, 0, 0, 123_456, tzinfo=UTC),
        "2026-02-01T12:00:00.000001Z": datetime(2026, 2, 1, 12, 0, 0, 1, tzinfo=UTC),
        "2026-02-01t12:00:00z": datetime(2026, 2, 1, 12, tzinfo=UTC),
        "2026-02-01T12:00:00z": datetime(2026, 2, 1, 12, tzinfo=UTC),
        "2026-02-01t12:00:00.25-03:00": datetime(2026, 2, 1, 15, 0, 0, 250_000, tzinfo=UTC),
        "2026-02-01T12:00:00.1234567Z": datetime(2026, 2, 1, 12, 0, 0, 123_456, tzinfo=UTC),
        "2026-02-01T12:00:00.123456789Z": datetime(2026, 2, 1, 12, 0, 0, 123_456, tzinfo=UTC),
        "2026-02-01T12:00:00.9999999999999999999999z": datetime(2026, 2, 1, 12, 0, 0, 999_999, tzinfo=UTC),
        f"2026-02-01T12:00:00.{'0' * 5}1{'9' * 400}+00:00": datetime(2026, 2, 1, 12, 0, 0, 1, tzinfo=UTC),
        "1969-12-31T23:59:59.9999999Z": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "2026-02-01T12:00:00.1234567-03:00": datetime(2026, 2, 1, 15, 0, 0, 123_456, tzinfo=UTC),
        "1937-01-01T12:00:27.87+00:20": datetime(1937, 1, 1, 11, 40, 27, 870_000, tzinfo=UTC),
        "2026-02-01T12:00:00+15:00": datetime(2026, 1, 31, 21, tzinfo=UTC),
        "2026-02-01T12:00:00.5+18:00": datetime(2026, 1, 31, 18, 0, 0, 500_000, tzinfo=UTC),
        "2026-02-01T12:00:00.5-18:01": datetime(2026, 2, 2, 6, 1, 0, 500_000, tzinfo=UTC),
        "2026-02-01T12:00:00+23:59": datetime(2026, 1, 31, 12, 1, tzinfo=UTC),
        "1500-01-01T00:00:00Z": datetime(1500, 1, 1, tzinfo=UTC),
        "1000-01-01T00:00:00+23:59": datetime(999, 12, 31, 0, 1, tzinfo=UTC),
        "2300-12-31T23:59:59Z": datetime(2300, 12, 31, 23, 59, 59, tzinfo=UTC),
        "9999-12-31T23:59:59.9999999Z": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "2026-02-01T12:00:00-03:00": datetime(2026, 2, 1, 15, tzinfo=UTC),
        "2026-02-01T00:30:00+05:30": datetime(2026, 1, 31, 19, tzinfo=UTC),
        "2026-02-01T12:00:00-00:00": datetime(2026, 2, 1, 12, tzinfo=UTC),
        "2026-12-31T23:59:59+14:00": datetime(2026, 12, 31, 9, 59, 59, tzinfo=UTC),
        "2024-02-29T00:00:00Z": datetime(2024, 2, 29, tzinfo=UTC),
        "2018-11-04T00:30:00-03:00": datetime(2018, 11, 4, 3, 30, tzinfo=UTC),
        "1969-12-31T23:59:59.999999Z": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "2023-02-29T00:00:00Z": None,
        "2026-02-01T24:00:00Z": None,
        "2026-02-01T23:59:60Z": None,
        "2026-02-01T12:60:00Z": None,
        "2026-02-01T12:00:00": None,
        "2026-02-01 12:00:00Z": None,
        "2026-02-01T12:00Z": None,
        "2026-02-01T12:00:00.Z": None,
        "2026-02-01T12:00:00+0300": None,
        "2026-02-01T12:00:00+24:00": None,
        "2026-02-01T12:00:00+3:00": None,
        "2026-02-01T12:00:00−03:00": None,
        "2026-02-01T12:00:00,5Z": None,
        "2026-02-01T12:00:00.5": None,
        "2026-02-01T12:00:00.Z5": None,
        "2026-02-01\u017f12:00:00Z": None,
        "1990-12-31T23:59:60Z": None,
        "0000-00-00T00:00:00Z": None,
        "0000-01-01T00:00:00Z": None,
        "-0001-01-01T00:00:00Z": None,
        "10000-01-01T00:00:00Z": None,
        "9999-12-31T23:59:59-00:01": None,
        "2026-02-31T00:00:00Z": None,
        "9" * 400: None,
        "2026-02-01T12:00:00+02:60": None,
        "2026-02-01T12:00:00 UTC": None,
        "2026-2-1T12:00:00Z": None,
        "2026-02-01": None,
        "01/02/2026 12:00:00": None,
        "1769947200": None,
        "２０２６-02-01T12:00:00Z": None,
        "now": None,
    },
    SAO_PAULO: {
        "01/02/2026 12:00:00": datetime(2026, 2, 1, 15, tzinfo=UTC),
        "31/12/2026 23:59:59": datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC),
        "29/02/2024 00:00:00": datetime(2024, 2, 29, 3, tzinfo=UTC),
        "04/11/2018 00:30:00": datetime(2018, 11, 4, 3, 30, tzinfo=UTC),
        "\t01/02/2026 12:00:00": datetime(2026, 2, 1, 15, tzinfo=UTC),
        "01/01/1500 00:00:00": datetime(1500, 1, 1, 3, tzinfo=UTC),
        "31/12/9999 20:59:59": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        "31/12/9999 21:00:00": None,
        "00/00/0000 00:00:00": None,
        "01/01/10000 00:00:00": None,
        "31/02/2026 00:00:00": None,
        "29/02/2023 00:00:00": None,
        "02/13/2026 00:00:00": None,
        "01/02/2026 24:00:00": None,
        "01/02/2026 12:00:60": None,
        "01/02/2026 12:00": None,
        "01/02/2026": None,
        "01/02/2026  12:00:00": None,
        "01/02/2026T12:00:00": None,
        "2026-02-01T12:00:00Z": None,
        "01/02/2026 12:00:00Z": None,
        "０１/02/2026 12:00:00": None,
    },
}

FORMATS: dict[WrittenFormat, dict[str, Any]] = {
    **DATES,
    **AMOUNTS,
    **INTEGERS,
    **DOUBLES,
    **DECIMALS,
    **BOOLEANS,
    **TIMESTAMPS,
}
"""Every written form and what it reads as."""


def type_of(format_: WrittenFormat) -> str:
    """The Spark SQL type that the vectors of a format are of."""
    match format_:
        case NumberFormat(is_integer=True, whole_digits=digits):
            return "bigint" if digits > 10 else "int"
        case NumberFormat(decimals=None):
            return "double"
        case NumberFormat(decimals=decimals, whole_digits=digits):
            return f"decimal({digits + decimals},{decimals})"
        case BooleanFormat():
            return "boolean"
        case DateFormat():
            return "date"
        case TimestampFormat():
            return "timestamp"
