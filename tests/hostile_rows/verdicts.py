"""Which rules of the contract a value breaks, by plain Python: the oracle that both engines are held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from contracts.columns import Column
from contracts.contract import Contract
from contracts.formats import EMAIL_PATTERN, WrittenFormat
from contracts.logical_types import LogicalType
from contracts.rules import (
    AtLeast,
    AtMost,
    Check,
    Cpf,
    DateBetween,
    HasLength,
    Luhn,
    Matches,
    MultipleOf,
    OneOf,
    Parses,
    Present,
    Severity,
    Stage,
)
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from tests.hostile_rows.identities import identifies, is_cpf
from tests.hostile_rows.readings import WHITE_SPACE, read, trimmed

Text = str | None
_CARD = re.compile("[0-9]{12,19}")


class Verdicts:
    """The rules that values of a source break, at landing or afterwards; `day` is that of ingestion, in UTC."""

    def __init__(self, contract: Contract, source: Source, day: date) -> None:
        """Note the rules of each column."""
        self._day = day
        self._columns = {column.name: column for column in contract.columns}
        self._formats = {name: written_format(column, source) for name, column in self._columns.items()}
        errors = [rule for rule in contract.rules if rule.severity is Severity.ERROR]
        self._rules = {name: [rule for rule in errors if rule.column == name] for name in self._columns}
        self._known: dict[tuple[str, Text, Stage | None], tuple[str, ...]] = {}

    def broken(self, row: Iterable[tuple[str, Text]], stage: Stage | None = None) -> tuple[str, ...]:
        """The labels of all rules (of that stage alone) that a row of values by column breaks, in order."""
        return tuple(sorted(label for column, text in row for label in self._of_value(column, text, stage)))

    def _of_value(self, name: str, text: Text, stage: Stage | None) -> tuple[str, ...]:
        """Values come again and again."""
        if (name, text, stage) not in self._known:
            self._known[name, text, stage] = tuple(self._labels(name, text, stage))
        return self._known[name, text, stage]

    def _labels(self, name: str, text: Text, stage: Stage | None) -> Iterator[str]:
        for rule in self._rules[name]:
            checks = rule.checks if stage in {None, rule.stage} else ()
            if not all(_accepts(check, text, self._formats[name], self._day) for check in checks):
                yield rule.label
        if stage is not Stage.LANDING and _must_not_identify(self._columns[name]) and identifies(trimmed(text)):
            yield f"{name}: personal_data"


def _must_not_identify(column: Column) -> bool:
    is_text = column.logical_type is LogicalType.STRING
    return column.primary_key and is_text and not column.masking and not column.may_identify_persons


def _accepts(check: Check, text: Text, format_: WrittenFormat | None, day: date) -> bool:  # noqa: C901, PLR0911
    bare, value = trimmed(text), read(text, format_)
    if not bare and not isinstance(check, Present | Cpf):
        return True
    match check:
        case Present(missing_texts=texts):
            return bool(bare) and bare not in texts
        case Parses():
            return value is not None
        case AtLeast(minimum=least, exclusive=exclusive):
            return value is None or (value > least if exclusive else value >= least)  # type: ignore[operator]
        case AtMost(maximum=most, exclusive=exclusive):
            return value is None or (value < most if exclusive else value <= most)  # type: ignore[operator]
        case MultipleOf(factor=factor):
            return value is None or value % factor == 0  # type: ignore[operator]
        case DateBetween(earliest=earliest, days_ahead=days):
            return value is None or earliest <= value <= day + timedelta(days=days)  # type: ignore[operator]
        case HasLength(least=least, most=most):
            return least <= len(bare) and (most is None or len(bare) <= most)
        case Matches(pattern=pattern):
            return _is_address(bare) if pattern == EMAIL_PATTERN else bool(re.search(in_python(pattern), bare))
        case OneOf(values=values):
            return (text if format_ is None else value) in values
        case Cpf():
            return is_cpf(_without(text, ".-"))
        case Luhn():
            return _is_card(_without(text, "-"))


def _is_address(text: str) -> bool:
    name, _, domain = text.partition("@")
    before, dot, ending = domain.rpartition(".")
    is_one_word = not set(text) & set(WHITE_SPACE) and "@" not in domain
    return bool(name and before and dot and is_one_word and len(ending) > 1 and ending.isascii() and ending.isalpha())


def _without(text: Text, signs: str) -> str:
    return (text or "").translate(dict.fromkeys(map(ord, WHITE_SPACE + signs)))


def _is_card(number: str) -> bool:
    if not _CARD.fullmatch(number):
        return False
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def in_python(pattern: str) -> str:
    """A portable pattern as Python has it."""
    return re.sub(r"\\x\{([0-9A-F]+)\}", lambda found: f"\\U{int(found[1], 16):08x}", pattern).replace("\\z", "\\Z")
