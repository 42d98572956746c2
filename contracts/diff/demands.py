"""What rules demand of a value, so that two of them can be compared: which one lets through all that the other does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import gt, lt
from typing import Any

from contracts.column_rules import column_rules
from contracts.columns import Column
from contracts.rules import (
    EMAIL,
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

WARNING = 0


def strength(stage: Stage, severity: Severity) -> int:
    """How much a rule does to a row that breaks it: nothing, keep it out of silver, keep it out of the lake."""
    if severity is Severity.WARNING:
        return WARNING
    return {Stage.SILVER: 1, Stage.LANDING: 2}[stage]


@dataclass(frozen=True)
class Demand:
    """One check of a rule of rows. That a value parses is none: the format that it is read in says more."""

    rule: str
    check: Check
    stage: Stage
    severity: Severity

    @property
    def strength(self) -> int:
        """What becomes of a row that breaks it."""
        return strength(self.stage, self.severity)

    @property
    def refuses_missing(self) -> bool:
        """Whether no row without a value comes through."""
        return isinstance(self.check, Present | Cpf) and self.strength > WARNING

    def implies(self, other: Demand) -> bool:
        """Whether every row that the other does something to is one that this one does at least as much to."""
        return self.strength >= other.strength and implies(self.check, other.check)

    def __str__(self) -> str:
        """In words: `at most 99 (error at silver)`."""
        return f"{described(self.check)} ({self.severity} at {self.stage})"


def demands(column: Column) -> list[Demand]:
    """What the rules of a column from the sources demand of each of its values."""
    return [
        Demand(rule.name, check, rule.stage, rule.severity)
        for rule in column_rules(column)
        for check in rule.checks
        if not isinstance(check, Parses)
    ]


def implies(strict: Check, loose: Check) -> bool:  # noqa: PLR0911 (a table: one row for each kind of check)
    """Whether every value that keeps the first check also keeps the second."""
    match strict, loose:
        case Cpf(), Present(missing_texts=()):
            return True
        case Present(missing_texts=more), Present(missing_texts=fewer):
            return set(more) >= set(fewer)
        case AtLeast(), AtLeast():
            return _inside(strict.minimum, loose.minimum, gt, outside_touches=loose.exclusive and not strict.exclusive)
        case AtMost(), AtMost():
            return _inside(strict.maximum, loose.maximum, lt, outside_touches=loose.exclusive and not strict.exclusive)
        case MultipleOf(factor=ours), MultipleOf(factor=theirs):
            return ours % theirs == 0
        case HasLength(), HasLength():
            return strict.least >= loose.least and _no_longer(strict.most, loose.most)
        case OneOf(values=fewer), OneOf(values=more):
            return set(fewer) <= set(more)
        case DateBetween(), DateBetween():
            return strict.earliest >= loose.earliest and strict.days_ahead <= loose.days_ahead
    return strict == loose


def _inside(ours: Any, theirs: Any, beyond: Callable[[Any, Any], bool], *, outside_touches: bool) -> bool:  # noqa: ANN401
    """Whether a limit lies inside another; limits of two types (a column's type changed) cannot be compared."""
    if type(ours) is not type(theirs):
        return False
    return not outside_touches if ours == theirs else beyond(ours, theirs)


def _no_longer(most: int | None, limit: int | None) -> bool:
    return limit is None or (most is not None and most <= limit)


def described(check: Check) -> str:  # noqa: PLR0911 (a table: one row for each kind of check)
    """The check in words."""
    match check:
        case Present(missing_texts=texts):
            return f"present, and not {', '.join(texts)}" if texts else "present"
        case AtLeast(minimum=limit, exclusive=exclusive):
            return f"{'above' if exclusive else 'at least'} {limit}"
        case AtMost(maximum=limit, exclusive=exclusive):
            return f"{'below' if exclusive else 'at most'} {limit}"
        case MultipleOf(factor=factor):
            return f"a multiple of {factor}"
        case HasLength(least=least, most=most):
            return f"{least} characters or more" if most is None else f"{least} to {most} characters"
        case Matches(pattern=pattern):
            return "an e-mail address" if check == EMAIL else f"like {pattern}"
        case OneOf(values=values):
            return f"one of {len(values)} values"
        case DateBetween(earliest=earliest, days_ahead=days):
            return f"from {earliest} to the day of ingestion + {days}"
        case _:
            return {Cpf(): "a CPF", Luhn(): "a number with a Luhn checksum"}.get(check, "read in its format")
