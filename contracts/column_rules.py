"""The rules of a column and the checks of a table, from the standard's words and from `quality`.

`required` is a rule of landing, and so is that a value reads as the column's type. Every word of `logicalTypeOptions`
that says which values are valid is a rule of silver, by default of that name. Entries of `quality` with one name are
one rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.columns import Column
from contracts.logical_types import LogicalType
from contracts.option_checks import option_check, typed_value
from contracts.patterns import portable_pattern
from contracts.quality import OPTIONS, DateBetweenCheck, Metric, OptionCheck, PlainCheck, Quality, Threshold
from contracts.rules import (
    Check,
    Cpf,
    DateBetween,
    Luhn,
    Matches,
    OneOf,
    Parses,
    Present,
    Rule,
    Severity,
    Stage,
)

REQUIRED, TYPE, UNIQUE = "required", "type", "unique"
_NONE = Threshold("mustBe", (Decimal(0),))


@dataclass(frozen=True, kw_only=True)
class SetCheck:
    """A check of a load (stage `landing`) or a table: how many rows there are, repeat, or do not keep the checks.

    `columns` is empty for a number of rows. `percent` counts broken rows in hundredths of all.
    """

    name: str
    metric: Metric
    columns: tuple[str, ...]
    checks: tuple[Check, ...]
    threshold: Threshold
    percent: bool
    stage: Stage
    severity: Severity

    @property
    def label(self) -> str:
        """How the check is called wherever it is reported: `return_id: unique`, or `rowCount` alone."""
        return ": ".join(filter(None, (", ".join(self.columns), self.name)))


def column_rules(column: Column) -> list[Rule]:
    """The rules of every row that a column from the sources has, each name once.

    Raises:
        ValueError: a word cannot be rendered for the column's type, or one name has two stages or severities.
    """
    merged: dict[str, Rule] = {}
    for rule in (*_implied(column), *_stated(column), *_options(column)):
        before = merged.setdefault(rule.name, rule)
        if (before.stage, before.severity) != (rule.stage, rule.severity):
            raise ValueError(f"rule {rule.label} is there with two stages or severities: give them different names")
        if before is not rule:
            merged[rule.name] = Rule(
                name=rule.name,
                column=rule.column,
                checks=(*before.checks, *rule.checks),
                stage=rule.stage,
                severity=rule.severity,
            )
    return list(merged.values())


def set_checks(column: Column) -> list[SetCheck]:
    """The checks of a load or a table that a column has.

    A computed column's rules are checks of its table: what computes it is wrong for all rows, or its sources are.

    Raises:
        ValueError: a check cannot be rendered, or is one of values that a mask hides.
    """
    names = (column.silver_name,)
    checks = [_set_check(quality, names, column) for quality in column.quality if not quality.is_of_rows]
    if column.is_computed:
        checks += [_as_set_check(rule, names) for rule in column_rules(column) if rule.name != TYPE]
    for check in checks:
        if check.stage is Stage.LANDING and column.is_computed:
            raise ValueError(f"{check.name}: {column.name} is computed, and not there at landing: leave the stage away")
        if check.stage is Stage.SILVER and column.masking and not all(isinstance(one, Present) for one in check.checks):
            raise ValueError(f"{check.name}: silver holds a mask of {column.name}: give the check the stage landing")
    return checks + ([_never_twice(names)] if column.unique else [])


def table_check(quality: Quality) -> SetCheck:
    """A check that stands at the table: of its number of rows, or of columns that must not repeat together.

    Raises:
        ValueError: the metric is one of a column.
    """
    if quality.metric not in {Metric.ROW_COUNT, Metric.DUPLICATE_VALUES}:
        raise ValueError(f"{quality.rule_name}: a table has rowCount or duplicateValues; state others at a column")
    if quality.metric is Metric.DUPLICATE_VALUES and not quality.arguments.properties:
        raise ValueError(f"{quality.rule_name}: needs arguments: properties, the columns that must not repeat together")
    return _set_check(quality, quality.arguments.properties, None)


def _set_check(quality: Quality, columns: tuple[str, ...], column: Column | None) -> SetCheck:
    if quality.metric is Metric.DUPLICATE_VALUES and quality.stage is Stage.LANDING:
        raise ValueError(f"{quality.rule_name}: duplicates are looked for in a table: leave its stage away")
    if quality.metric is None:
        raise ValueError(f"{quality.rule_name}: has no metric")
    return SetCheck(
        name=quality.rule_name,
        metric=quality.metric,
        columns=() if quality.metric is Metric.ROW_COUNT else columns,
        checks=_checks(quality, column) if column and quality.metric is not Metric.DUPLICATE_VALUES else (),
        threshold=quality.threshold,
        percent=quality.unit == "percent",
        stage=quality.stage,
        severity=quality.severity,
    )


def _never_twice(columns: tuple[str, ...]) -> SetCheck:
    return SetCheck(
        name=UNIQUE,
        metric=Metric.DUPLICATE_VALUES,
        columns=columns,
        checks=(),
        threshold=_NONE,
        percent=False,
        stage=Stage.SILVER,
        severity=Severity.ERROR,
    )


def _as_set_check(rule: Rule, columns: tuple[str, ...]) -> SetCheck:
    return SetCheck(
        name=rule.name,
        metric=Metric.INVALID_VALUES,
        columns=columns,
        checks=rule.checks,
        threshold=_NONE,
        percent=False,
        stage=Stage.SILVER,
        severity=rule.severity,
    )


def _implied(column: Column) -> Iterator[Rule]:
    words: dict[str, Check] = {REQUIRED: Present()} if column.required else {}
    if column.logical_type is not LogicalType.STRING:
        words[TYPE] = Parses()
    for name, check in words.items():
        yield Rule(name=name, column=column.name, checks=(check,), stage=Stage.LANDING, severity=Severity.ERROR)


def _stated(column: Column) -> Iterator[Rule]:
    for quality in column.quality:
        if quality.is_of_rows:
            yield Rule(
                name=quality.rule_name,
                column=column.name,
                checks=_checks(quality, column),
                stage=quality.stage,
                severity=quality.severity,
            )


def _options(column: Column) -> Iterator[Rule]:
    """The options that no entry of `quality` gives a name to."""
    named = {quality.implementation.check for quality in column.quality if quality.implementation}
    for word in OPTIONS:
        check = None if word in named else option_check(column, word)
        if check:
            yield Rule(name=word, column=column.name, checks=(check,), stage=Stage.SILVER, severity=Severity.ERROR)


def _checks(quality: Quality, column: Column) -> tuple[Check, ...]:
    match quality.implementation, column.logical_type:
        case PlainCheck(check=check), LogicalType.STRING:
            return (Cpf() if check == "cpf" else Luhn(),)
        case DateBetweenCheck(earliest=earliest, days_ahead=days_ahead), LogicalType.DATE:
            return (DateBetween(earliest, days_ahead),)
        case (PlainCheck() | DateBetweenCheck()) as implementation, logical_type:
            raise ValueError(f"check {implementation.check} cannot be rendered for a {logical_type}")
        case OptionCheck(check=word), _:
            return (_named_option(column, word),)
    if quality.metric is Metric.INVALID_VALUES:
        return _validity(quality, column)
    return (Present(tuple(str(text) for text in quality.arguments.missing_values if text not in {None, ""})),)


def _named_option(column: Column, word: str) -> Check:
    check = option_check(column, word)
    if check is None:
        raise ValueError(f"check {word} names logicalTypeOptions.{word}, which {column.name} does not have")
    return check


def _validity(quality: Quality, column: Column) -> tuple[Check, ...]:
    checks: list[Check] = []
    values, pattern = quality.arguments.valid_values, quality.arguments.pattern
    if values is not None:
        checks.append(OneOf(tuple(typed_value(column.logical_type, value) for value in values if value is not None)))
    if pattern is not None:
        if column.logical_type is not LogicalType.STRING:
            raise ValueError(f"{quality.rule_name}: a pattern is a rule of texts alone")
        checks.append(Matches(portable_pattern(pattern)))
    if not checks:
        raise ValueError(f"{quality.rule_name}: invalidValues needs arguments: validValues or pattern")
    return tuple(checks)
