"""Judges a sample as a load would be judged: what reads in the declared formats, what would be set aside and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from contracts.column_rules import TYPE
from contracts.columns import Column
from contracts.contract import Contract
from contracts.rules import Rule, Severity, Stage
from contracts.sources.source import BaseSource
from contracts.written_formats import text_format, written_format
from onboarding.patterns import common_patterns
from onboarding.sampling import SampledLoad
from tasks.extract.chunks import FAULT, chunk_schema
from tasks.extract.texts import is_missing, meant
from tasks.extract.values import read
from tasks.validate.load_checks import LoadChecks
from tasks.validate.rules import accepts
from tasks.validate.schema import landing_schema
from tasks.validate.split import MALFORMED, REASONS, validate


@dataclass(frozen=True)
class ColumnFit:
    """How many of a column's texts, without those that are missing, read in the format that is declared for it."""

    column: str
    format: str
    texts: int
    fitting: int
    missing: int


@dataclass(frozen=True)
class BrokenRule:
    """How many rows break a rule, and what the commonest of their texts look like (of faults: what they are)."""

    label: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a load of these rows would come to: `quarantined` at landing, `rejected` by silver, `refused` as a whole."""

    rows: int
    quarantined: int
    columns: tuple[ColumnFit, ...]
    broken: tuple[BrokenRule, ...]
    rejected: tuple[BrokenRule, ...]
    refused: tuple[str, ...]


def judge(contract: Contract, source: BaseSource, loads: Sequence[SampledLoad], today: date) -> Verdict:
    """Judge what was sampled of some loads; `today` is the day in UTC."""
    rows = pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *(load.rows for load in loads)])
    validated = validate(rows, landing_schema(contract, source, today))
    readable = rows.filter(pl.col(FAULT).is_null())
    return Verdict(
        rows=rows.height,
        quarantined=validated.rejected.height,
        columns=tuple(_fit(column, source, readable) for column in contract.columns),
        broken=tuple(_broken(contract, validated.rejected)),
        rejected=tuple(_rejected(contract, source, validated.accepted, today)),
        refused=tuple(reason for load in loads for reason in _refusals(contract, source, load, today)),
    )


def _refusals(contract: Contract, source: BaseSource, load: SampledLoad, today: date) -> Iterator[str]:
    """Why the load would be refused as a whole; its checks are judged only if all of it was read."""
    in_load = f"{load.name}: " if load.name else ""
    quarantined = validate(load.rows, landing_schema(contract, source, today)).rejected.height
    yield from (f"{in_load}{reason}" for reason in _share(contract, load.rows.height, quarantined))
    if load.is_whole:
        checks = LoadChecks(contract, source, today)
        checks.add(load.rows.filter(pl.col(FAULT).is_null()))
        failures = checks.failures(Severity.ERROR).items()
        yield from (f"{in_load}{label}: {found}" for label, found in failures)


def _share(contract: Contract, rows: int, quarantined: int) -> Iterator[str]:
    table = contract.table
    if rows >= table.min_rows_for_error_ratio and quarantined / rows > table.max_landing_error_ratio:
        most = f"{100 * table.max_landing_error_ratio:g}%"
        yield f"{quarantined} of {rows} rows break landing rules, more than the contract's {most}"


def _fit(column: Column, source: BaseSource, rows: pl.DataFrame) -> ColumnFit:
    format_, text = written_format(column, source), meant(pl.col(column.name), text_format(column, source))
    reads = read(text, format_).is_not_null() if format_ else pl.lit(True)
    has_text = ~is_missing(text)
    counts = rows.select(texts=has_text.sum(), fitting=(has_text & reads).sum())
    texts, fitting = counts.row(0)
    return ColumnFit(column.name, str(format_ or "text"), texts, fitting, rows.height - texts)


def _broken(contract: Contract, rejected: pl.DataFrame) -> Iterator[BrokenRule]:
    columns = {rule.label: rule.column for rule in contract.rules_at(Stage.LANDING)}
    exploded = rejected.explode(REASONS, empty_as_null=False)
    counts = exploded[REASONS].value_counts().sort("count", REASONS, descending=[True, False])
    for label, count in counts.iter_rows():
        texts = exploded.filter(pl.col(REASONS) == label)
        examples = _faults(texts[FAULT]) if label == MALFORMED else common_patterns(texts[columns[label]])
        yield BrokenRule(label, count, examples)


def _faults(faults: pl.Series) -> tuple[str, ...]:
    """The commonest of the reasons why rows cannot be read, which quote nothing."""
    return tuple(faults.value_counts(sort=True).head(3)[FAULT])


def _rejected(contract: Contract, source: BaseSource, accepted: pl.DataFrame, today: date) -> Iterator[BrokenRule]:
    columns = {column.name: column for column in contract.columns}
    for rule in contract.rules_at(Stage.SILVER):
        if rule.name != TYPE and (found := _breaking(rule, columns[rule.column], source, accepted, today)).len():
            yield BrokenRule(rule.label, found.len(), common_patterns(found))


def _breaking(rule: Rule, column: Column, source: BaseSource, rows: pl.DataFrame, today: date) -> pl.Series:
    """The texts with which rows break the rule."""
    text, format_ = meant(pl.col(column.name), text_format(column, source)), written_format(column, source)
    keeps = pl.all_horizontal(accepts(check, text, format_, today) for check in rule.checks)
    return rows.filter(~keeps)[column.name]
