"""The ways of writing values that are tried on a sample, in this order, as the words of a contract.

The first that reads every value is proposed. docs/sources.md lists them; what is written in another way is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts.logical_types import LogicalType

Words = Mapping[str, Any]
"""Words of `columnFormats`, such as `dateFormat: dd/MM/yyyy`."""

FIRST_YEAR = 1950
"""What `twoDigitYearsFrom` is proposed as: nobody's purchase or birth that is still of interest was long before."""

_DAYS = ("yyyy-MM-dd", "dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "dd.MM.yyyy", "d.M.yyyy", "dd-MM-yyyy")
_COMPACT_DAYS = ("yyyy/MM/dd", "yyyyMMdd", "ddMMyyyy")
_SHORT_DAYS = ("dd/MM/yy", "MM/dd/yy", "d/M/yy", "M/d/yy", "dd.MM.yy", "dd-MM-yy")
_CLOCKS = ("HH:mm:ss", "HH:mm", "HH:mm:ss.S", "hh:mm:ss a", "h:mm a")
_LOCAL_TIMES = (
    *(f"{day} {clock}" for day in _DAYS for clock in _CLOCKS),
    *(f"yyyy-MM-dd'T'{clock}" for clock in _CLOCKS[:3]),
    *(f"yyyy/MM/dd {clock}" for clock in _CLOCKS[:3]),
    "yyyyMMddHHmmss",
)
_WITH_OFFSET = ("yyyy-MM-dd HH:mm:ssX", "yyyy-MM-dd HH:mm:ss.SX", "yyyy-MM-dd HH:mm:ss XX", "yyyy-MM-dd'T'HH:mm:ssXX")
_EPOCHS = ("epochMilliseconds", "epochSeconds", "epochMicroseconds", "excelDays")


def _times(word: str, *ways: str) -> list[Words]:
    return [{word: way} for way in ways]


def _short_years(word: str, *ways: str) -> list[Words]:
    return [{word: way, "twoDigitYearsFrom": FIRST_YEAR} for way in ways]


_DATES = [
    *_times("dateFormat", *_DAYS, *_COMPACT_DAYS),
    *_short_years("dateFormat", *_SHORT_DAYS),
    *_times("dateFormat", "rfc3339", *_LOCAL_TIMES, *_EPOCHS),
]
_TIMESTAMPS = [
    *_times("timestampFormat", "rfc3339", *_EPOCHS, *_WITH_OFFSET, *_LOCAL_TIMES),
    *_short_years("timestampFormat", *(f"{day} {clock}" for day in _SHORT_DAYS for clock in _CLOCKS[:2])),
]
_NUMBERS: list[Words] = [
    {"amountFormat": "1234.56"},
    {"numberFormat": {"decimal": ","}},
    {"numberFormat": {"decimal": ",", "grouping": "."}},
    {"numberFormat": {"grouping": ","}},
    {"numberFormat": {"decimal": ",", "grouping": " "}},
    {"numberFormat": {"grouping": " "}},
    {"numberFormat": {"grouping": "'"}},
    {"amountFormat": "R$ 1.234,56"},
    {"amountFormat": "$1,234.56"},
    {"numberFormat": {"decimal": ",", "grouping": ".", "currency": " €", "currencyPlace": "after"}},
    {"numberFormat": {"decimal": ",", "grouping": ".", "currency": "€ "}},
    {"numberFormat": {"decimal": ",", "grouping": ".", "currency": "R$ ", "negative": ["leading", "parentheses"]}},
    {"numberFormat": {"grouping": ",", "currency": "$", "negative": ["leading", "parentheses"]}},
    {"numberFormat": {"decimal": ",", "grouping": ".", "negative": "trailing"}},
    {"numberFormat": {"grouping": ",", "negative": "trailing"}},
    {"numberFormat": {"percent": True}},
    {"numberFormat": {"decimal": ",", "percent": True}},
]
_INTEGERS: list[Words] = [*_NUMBERS, {"numberFormat": {"decimals": 1}}, {"numberFormat": {"decimals": 2}}]
_PAIRS = ("true/false", "TRUE/FALSE", "True/False", "1/0", "S/N", "s/n", "sim/não", "Sim/Não", "SIM/NÃO", "sim/nao")
_MORE_PAIRS = ("SIM/NAO", "Y/N", "y/n", "yes/no", "Yes/No", "YES/NO", "t/f", "T/F", "V/F")
_SEVERAL_PAIRS = (["S/N", "sim/não"], ["S/N", "Sim/Não"], ["S/N", "SIM/NÃO"], ["true/false", "1/0"], ["Y/N", "yes/no"])
_BOOLEANS: list[Words] = [{"booleanFormat": pair} for pair in (*_PAIRS, *_MORE_PAIRS, *_SEVERAL_PAIRS)]

CANDIDATES: Mapping[LogicalType, tuple[Words, ...]] = MappingProxyType(
    {
        LogicalType.DATE: tuple(_DATES),
        LogicalType.TIMESTAMP: tuple(_TIMESTAMPS),
        LogicalType.NUMBER: tuple(_NUMBERS),
        LogicalType.INTEGER: tuple(_INTEGERS),
        LogicalType.BOOLEAN: tuple(_BOOLEANS),
    }
)

NULL_TEXTS = ("\\N", "NULL", "null", "-", "N/A", "n/a", "#N/D", "NaN")
"""Texts that may stand for no value in a column that is no text."""

FORMAT_WORDS: Mapping[LogicalType, tuple[str, ...]] = MappingProxyType(
    {
        LogicalType.DATE: ("dateFormat",),
        LogicalType.TIMESTAMP: ("timestampFormat",),
        LogicalType.NUMBER: ("amountFormat", "numberFormat"),
        LogicalType.INTEGER: ("amountFormat", "numberFormat"),
        LogicalType.BOOLEAN: ("booleanFormat",),
    }
)
"""The words of which one says how all columns of a type are written."""
