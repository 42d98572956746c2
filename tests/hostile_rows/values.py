"""Values that a source may send in a column: such as keep its rules, and such as nobody wants to see.

Hypothesis draws pools of values, one for each column and source, made from what the contract says of the column: its
type, the source's format, its rules. Rows are then combined from the pools by a seed (`tests.hostile_rows.rows`), as to
draw a hundred thousand rows one after the other would take an hour.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.columns import Column
from contracts.formats import (
    BLANK_CHARACTERS,
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
from tests.hostile_rows.texts import HOSTILE_TEXTS, in_other_digits
from tests.hostile_rows.verdicts import in_python
from tests.hostile_rows.writing import written
from tests.vectors.identity_vectors import VALID_CARDS, VALID_CPFS, VALID_EMAILS

Text = str | None

_EXAMPLES, _VALUES_OF_ONE = 100, 60
_MOST_GOOD = 400
_LATEST, _EARLIEST = date(2026, 11, 26), date(2000, 1, 1)
_ODD_BLANKS = st.text(BLANK_CHARACTERS, max_size=2)


@dataclass(frozen=True)
class Pool:
    """Values of a column of a source: `good` ones keep every rule of it, `hostile` ones may be anything."""

    good: tuple[Text, ...]
    hostile: tuple[Text, ...]

    def pick(self, draw: random.Random, share_of_hostile: float) -> Text:
        """One of the good values or, with that probability, one of the hostile ones."""
        return draw.choice(self.hostile if draw.random() < share_of_hostile else self.good)


def pool(column: Column, rules: Iterable[Rule], source: Source) -> Pool:
    """The pool of a column with these rules, always the same."""
    good, near = _good(column, rules, source), _near(column, rules, source)
    spoilt = st.builds(_spoilt, good | near, st.sampled_from(_SPOILT_BY))
    hostile = st.one_of(near, spoilt, spoilt, HOSTILE_TEXTS)
    return Pool(_drawn(good, column.name)[:_MOST_GOOD], _drawn(hostile, column.name))


def _drawn(values: st.SearchStrategy[Text], name: str) -> tuple[Text, ...]:
    found: list[Text] = []

    @seed(name)
    @settings(max_examples=_EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.lists(values, min_size=_VALUES_OF_ONE, max_size=_VALUES_OF_ONE))
    def draw(some: list[Text]) -> None:
        found.extend(some)

    draw()
    return tuple(dict.fromkeys(found))


def _good(column: Column, rules: Iterable[Rule], source: Source) -> st.SearchStrategy[str]:
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


def _near(column: Column, rules: Iterable[Rule], source: Source) -> st.SearchStrategy[Text]:
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
    return st.sampled_from([None, "", " ", "\u3000", *texts])


def _spoilt(text: Text, by: str) -> Text:
    """A text that was nearly right, spoilt in one way."""
    if not text:
        return by
    place = len(text) // 2 if len(text) % 2 else 0
    changed = {
        "cut": text[:-1],
        "twice": text * 2,
        "backwards": text[::-1],
        "full width": in_other_digits(text, "\uff10"),
        "arabic": in_other_digits(text, "\u0660"),
        "upper": text.upper(),
    }
    return changed[by] if by in changed else text[:place] + by + text[place:]


_SPOILT_BY = (
    *("cut", "twice", "backwards", "full width", "arabic", "upper", "=cmd|", "\x00", "\ufeff", "\u200b", "\u202e"),
    *(
        "\n",
        "\r\n",
        "\r",
        "\t",
        '"',
        '""',
        ";",
        ",",
        "\\",
        "\u0301",
        "\u2028",
        "\x85",
        " ",
        "\xa0",
        "😀",
        "'",
        "-",
        "+",
    ),
    *("0", "9" * 40, "_", "e400", "<b>", "' OR 1=1 --", "{}", "$", "@", "@a.com", "529.982.247-25"),
)
