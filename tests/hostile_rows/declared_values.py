"""Values of a column as its contract and source have them: such as keep its rules, and such as stand at their edges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from contracts.columns import Column
from contracts.formats import (
    EMAIL_PATTERN,
    BooleanFormat,
    DateFormat,
    NumberFormat,
    TimestampFormat,
    WrittenFormat,
)
from contracts.rules import AtLeast, AtMost, Check, Cpf, DateBetween, HasLength, Luhn, Matches, OneOf, Rule
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from tests.hostile_rows.verdicts import in_python
from tests.hostile_rows.writing import written
from tests.vectors.identity_vectors import VALID_CARDS, VALID_CPFS, VALID_EMAILS

_LATEST, _EARLIEST = date(2026, 11, 26), date(2000, 1, 1)


def good_texts(column: Column, rules: Iterable[Rule], source: Source) -> st.SearchStrategy[str]:
    """Texts that keep the rules, as the source writes them."""
    checks = [check for rule in rules for check in rule.checks]
    said = [texts for texts in map(_texts_of, checks) if texts is not None]
    format_ = written_format(column, source)
    if format_ is not None:
        return _values(format_, _bounds(checks)).map(lambda value: written(value, format_))
    most = min((check.most or 40 for check in checks if isinstance(check, HasLength)), default=40)
    return said[0] if said else st.text("abcçãÁ é-'", min_size=1, max_size=most).filter(lambda text: bool(text.strip()))


def _texts_of(check: Check) -> st.SearchStrategy[str] | None:
    """Texts that the check accepts, None if it is not about texts."""
    match check:
        case Cpf():
            return st.sampled_from(VALID_CPFS)
        case Luhn():
            return st.sampled_from(VALID_CARDS)
        case OneOf(values=values):
            return st.sampled_from([str(value) for value in values])
        case Matches(pattern=pattern):
            is_address = pattern == EMAIL_PATTERN
            return st.sampled_from(VALID_EMAILS) if is_address else st.from_regex(in_python(pattern), fullmatch=True)
        case _:
            return None


def _bounds(checks: Iterable[object]) -> tuple[object, object]:
    """The least and the greatest value, None where no rule says one."""
    least = greatest = None
    for check in checks:
        match check:
            case AtLeast(minimum=minimum):
                least = minimum
            case AtMost(maximum=maximum):
                greatest = maximum
            case DateBetween(earliest=earliest):
                least, greatest = earliest, _LATEST
    return least, greatest


def _values(format_: WrittenFormat, bounds: tuple[object, object]) -> st.SearchStrategy[object]:
    least, greatest = bounds
    match format_:
        case DateFormat():
            days = [_LATEST - timedelta(days=days) for days in range(0, 60, 2)]
            ends = [day for day in bounds if isinstance(day, date)]
            return st.sampled_from(days + ends)
        case TimestampFormat():
            first = datetime(2026, 1, 1, tzinfo=UTC)
            return st.integers(0, 40).map(lambda hours: first + timedelta(hours=hours))
        case BooleanFormat():
            return st.booleans()
        case NumberFormat(decimals=decimals, whole_digits=digits):
            most = greatest if isinstance(greatest, Decimal) else Decimal(10) ** min(digits, 12) - 1
            lowest = least if isinstance(least, Decimal) else -most
            return st.decimals(lowest, most, places=0 if format_.is_integer else decimals or 2)


def near_texts(column: Column, rules: Iterable[Rule], source: Source) -> st.SearchStrategy[str | None]:
    """Values at the edges of what is allowed, on both sides, and beyond them."""
    format_, (least, greatest) = written_format(column, source), _bounds(c for r in rules for c in r.checks)
    edges: list[object] = []
    match format_:
        case DateFormat():
            ends = [day for day in (least, greatest) if isinstance(day, date)] or [_EARLIEST, _LATEST]
            edges += [day + timedelta(days=days) for day in ends for days in (-1, 0, 1)]
            edges += [date.max, date(1000, 1, 1), date(1582, 10, 10), date(2024, 2, 29)]
        case TimestampFormat():
            edges += [datetime(1000, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, 20, 59, 59, tzinfo=UTC)]
        case NumberFormat(decimals=decimals):
            step = Decimal(1) if format_.is_integer else Decimal(10) ** -(decimals or 2)
            limits = [limit for limit in (least, greatest) if isinstance(limit, Decimal)] or [Decimal(0)]
            edges += [limit + steps * step for limit in limits for steps in (-1, 0, 1)]
            edges += [Decimal(10) ** format_.whole_digits, Decimal(10) ** format_.whole_digits - 1, Decimal(10) ** 39]
    texts = [written(edge, format_) for edge in edges] if format_ else []
    lengths = [check.most for rule in rules for check in rule.checks if isinstance(check, HasLength) and check.most]
    texts += ["é" * (length + more) for length in lengths for more in (0, 1)]
    return st.sampled_from([None, "", " ", "\u3000", *texts])
