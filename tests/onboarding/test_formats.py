"""How values are written is found out of a sample, or asked for where it tells several things or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.columns import Column
from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat
from contracts.formats.notations import CurrencyPlace, NegativeSign, NumberNotation
from contracts.formats.time_patterns import TimePattern
from contracts.formats.times import TimeEncoding
from contracts.logical_types import LogicalType
from onboarding.candidates import CANDIDATES, Words
from onboarding.formats import UTC_ZONE, Found, format_of, found_format
from onboarding.questions import Question
from tasks.extract.values import read
from tests.vectors.round_trips import as_far_as_written, written_time

EPOCH, EXCEL_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1899, 12, 30, tzinfo=UTC)
UNITS = {
    TimeEncoding.EPOCH_SECONDS: timedelta(seconds=1),
    TimeEncoding.EPOCH_MILLISECONDS: timedelta(milliseconds=1),
    TimeEncoding.EPOCH_MICROSECONDS: timedelta(microseconds=1),
}
TIMES = st.integers(11 * 365 * 86400, 79 * 365 * 86400).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
AMOUNTS = st.decimals(Decimal("-99999999.99"), Decimal("99999999.99"), places=2)


def column(logical_type: LogicalType, **words: Any) -> Column:
    return Column.model_validate(
        {"name": "read", "logicalType": logical_type, "classification": "internal", **words},
    )


DAY, TIME = column(LogicalType.DATE), column(LogicalType.TIMESTAMP)
AMOUNT = column(LogicalType.NUMBER, logicalTypeOptions={"multipleOf": 0.01})
COUNT, FLAG = column(LogicalType.INTEGER), column(LogicalType.BOOLEAN)


def proposed(column: Column, *texts: str | None) -> Found | Question | None:
    return found_format(column, pl.Series(texts, dtype=pl.String))


def _written_time(way: TimePattern | TimeEncoding, time: datetime) -> tuple[str, datetime]:
    """The time as it is written, and as far as that says it."""
    if isinstance(way, TimePattern):
        kept = as_far_as_written(way, time)
        return written_time(way, kept), kept
    if way is TimeEncoding.RFC_3339:
        return time.isoformat(), time
    if way is TimeEncoding.EXCEL_DAYS:
        kept = time.replace(hour=0, minute=0, second=0, microsecond=0)
        return str((kept - EXCEL_EPOCH).days), kept
    unit = UNITS[way]
    count = (time - EPOCH) // unit
    return str(count), EPOCH + count * unit


def _written_number(notation: NumberNotation, number: Decimal, decimals: int) -> str:
    digits = f"{abs(number) * 10**notation.shift:,.{decimals - notation.shift}f}".partition(".")
    fraction = f"{notation.decimal}{digits[2]}" if digits[2] else ""
    text = digits[0].replace(",", notation.grouping) + fraction
    before, after = (
        (notation.currency, "") if notation.currency_place is CurrencyPlace.BEFORE else ("", notation.currency)
    )
    text = f"{before}{text}{after}{'%' if notation.percent else ''}"
    if number >= 0:
        return text
    if NegativeSign.PARENTHESES in notation.negative:
        return f"({text})"
    return f"{text}-" if notation.has_minus_behind else f"-{text}"


@st.composite
def samples(draw: st.DrawFn) -> tuple[Column, list[str], list[object]]:
    """Some values of a column as one of the candidates writes them."""
    column_ = draw(st.sampled_from([DAY, TIME, AMOUNT, COUNT, FLAG]))
    words = draw(st.sampled_from(CANDIDATES[column_.logical_type]))
    format_ = format_of(column_, UTC_ZONE | words)
    match format_:
        case DateFormat():
            pairs = [_written_time(format_.ways[0], time) for time in draw(st.lists(TIMES, min_size=1, max_size=20))]
            return column_, [text for text, _ in pairs], [time.date() for _, time in pairs]
        case TimestampFormat():
            pairs = [_written_time(format_.ways[0], time) for time in draw(st.lists(TIMES, min_size=1, max_size=20))]
            return column_, [text for text, _ in pairs], [time for _, time in pairs]
        case NumberFormat(notation=notation, is_integer=True):
            counts = draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
            zeros = notation.decimals or 0
            plain = NumberNotation(notation.decimal, notation.grouping, negative=notation.negative)
            return column_, [_written_number(plain, Decimal(n), zeros) for n in counts], list(counts)
        case NumberFormat(notation=notation):
            amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=20))
            return column_, [_written_number(notation, n, 2) for n in amounts], [float(n) for n in amounts]
        case BooleanFormat(true=true, false=false):
            spelled = draw(st.lists(st.sampled_from([*true, *false]), min_size=1, max_size=20))
            return column_, spelled, [word in true for word in spelled]
    raise AssertionError(format_)


@settings(max_examples=50)
@given(sample=samples())
def test_what_a_candidate_writes_is_read_back_by_what_is_proposed_or_among_what_is_asked(
    sample: tuple[Column, list[str], list[object]],
) -> None:
    column_, texts, values = sample
    found = proposed(column_, *texts)
    assert found is not None
    ways = [choice.value for choice in found.choices] if isinstance(found, Question) else found.ways
    read_back = [_read(column_, texts, words) for words in ways]
    assert values in read_back
    assert isinstance(found, Question) or all(one == values for one in read_back)


def _read(column_: Column, texts: list[str], words: Words) -> list[object]:
    format_ = format_of(column_, UTC_ZONE | words)
    assert format_
    return pl.select(read(pl.lit(pl.Series(texts)), format_)).to_series().to_list()


@pytest.mark.parametrize(
    ("column_", "texts", "words"),
    [
        (DAY, ["2026-01-31"], {"dateFormat": "yyyy-MM-dd"}),
        (DAY, ["01/02/2026", "31/01/2026"], {"dateFormat": "dd/MM/yyyy"}),
        (DAY, ["01/02/2026", "01/31/2026"], {"dateFormat": "MM/dd/yyyy"}),
        (DAY, ["1/2/2026", "31/1/2026"], {"dateFormat": "d/M/yyyy"}),
        (DAY, ["31/01/26"], {"dateFormat": "dd/MM/yy", "twoDigitYearsFrom": 1950}),
        (DAY, ["46053"], {"dateFormat": "excelDays"}),
        (DAY, ["20260131"], {"dateFormat": "yyyyMMdd"}),
        (DAY, ["31/01/2026", "-", None, " "], {"dateFormat": "dd/MM/yyyy", "nullTexts": ["-"]}),
        (TIME, ["1769860800000"], {"timestampFormat": "epochMilliseconds"}),
        (TIME, ["1769860800"], {"timestampFormat": "epochSeconds"}),
        (TIME, ["1769860800000000"], {"timestampFormat": "epochMicroseconds"}),
        (TIME, ["2026-01-31T12:00:00Z"], {"timestampFormat": "rfc3339"}),
        (TIME, ["31/01/2026 23:59"], {"timestampFormat": "dd/MM/yyyy HH:mm"}),
        (AMOUNT, ["1234.56", "7"], {"amountFormat": "1234.56"}),
        (AMOUNT, ["99,90"], {"numberFormat": {"decimal": ","}}),
        (AMOUNT, ["1.234,56"], {"numberFormat": {"decimal": ",", "grouping": "."}}),
        (AMOUNT, ["1.234"], {"numberFormat": {"decimal": ",", "grouping": "."}}),
        (AMOUNT, ["R$ 1.234,56", "99,90"], {"amountFormat": "R$ 1.234,56"}),
        (AMOUNT, ["$1,234.56"], {"amountFormat": "$1,234.56"}),
        (COUNT, ["1.234", "5"], {"numberFormat": {"decimal": ",", "grouping": "."}}),
        (COUNT, ["12.0"], {"numberFormat": {"decimals": 1}}),
        (FLAG, ["S", "N", "S"], {"booleanFormat": "S/N"}),
        (FLAG, ["1"], {"booleanFormat": "1/0"}),
        (FLAG, ["S", "não", "sim"], {"booleanFormat": ["S/N", "sim/não"]}),
    ],
)
def test_the_first_way_that_reads_every_text_is_proposed(column_: Column, texts: list[str], words: Words) -> None:
    found = proposed(column_, *texts)
    assert isinstance(found, Found)
    assert {**found.ways[0], **({"nullTexts": list(found.nulls)} if found.nulls else {})} == words


@pytest.mark.parametrize(
    ("column_", "text", "choices"),
    [
        (DAY, "01/02/2026", ["dateFormat dd/MM/yyyy", "dateFormat MM/dd/yyyy"]),
        (
            *(column(LogicalType.NUMBER), "1.500"),
            ["amountFormat 1234.56", "numberFormat decimal ',', grouping '.'"],
        ),
    ],
)
def test_a_text_that_two_ways_read_otherwise_is_a_question(column_: Column, text: str, choices: list[str]) -> None:
    asked = proposed(column_, text)
    assert isinstance(asked, Question)
    assert asked.word == "columnFormats.read"
    assert [choice.title for choice in asked.choices] == choices


def test_where_no_way_reads_every_text_those_that_read_most_are_offered() -> None:
    asked = proposed(DAY, "31/01/2026", "28/02/2026", "2026-01-31", "yesterday")
    assert isinstance(asked, Question)
    assert [choice.title for choice in asked.choices][:2] == [
        "dateFormat dd/MM/yyyy reads 2 of 4",
        "dateFormat d/M/yyyy reads 2 of 4",
    ]


def test_of_no_text_and_of_columns_of_texts_nothing_is_said() -> None:
    assert proposed(DAY, None, "", "  ") is None
    assert proposed(DAY, "-", "NULL") is None
    assert proposed(column(LogicalType.STRING), "31/01/2026") is None


def test_every_candidate_is_one_that_a_contract_can_say() -> None:
    columns = {one.logical_type: one for one in (DAY, TIME, AMOUNT, COUNT, FLAG)}
    assert columns.keys() == CANDIDATES.keys()
    without: Mapping[str, Any] = UTC_ZONE
    assert all(format_of(columns[kind], without | words) for kind, some in CANDIDATES.items() for words in some)
