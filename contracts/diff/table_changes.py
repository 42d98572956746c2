"""How tables changed that people read: silver's and gold's, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter, gt

from contracts.columns import Classification, Column
from contracts.contract import Contract
from contracts.diff.change import NOBODY, READERS, SOURCES, Change, Word, always, match, when, word_changes
from contracts.diff.rule_changes import rule_changes, set_check_changes
from contracts.expressions import DIALECT
from contracts.logical_types import LogicalType, decimal_digits
from contracts.tables import BaseTable, DatasetTable


def _key(table: BaseTable) -> tuple[str, ...]:
    return tuple(sorted(column.name for column in table.key_columns))


def _stored(column: Column) -> str:
    """Its type, and its scale where the type leaves that open."""
    if column.logical_type is not LogicalType.NUMBER or decimal_digits(column.spark_type):
        return column.spark_type
    return f"{column.spark_type} of {'any scale' if column.scale is None else f'scale {column.scale}'}"


def _logic(column: Column) -> str | None:
    """Its expression as it is understood, so that another way of spacing it is no change."""
    return column.expression.sql(DIALECT) if column.is_computed else None


def _protection(column: Column) -> Classification:
    return column.classification or Classification.INTERNAL


def _stricter(before: Classification, after: Classification) -> bool:
    order = list(Classification)
    return order.index(after) > order.index(before)


TABLE_WORDS: tuple[Word[BaseTable], ...] = (
    Word("properties.primaryKey", _key, always(READERS)),
    Word("customProperties.clusterBy", attrgetter("clustering"), always(NOBODY)),
)
DATASET_TABLE_WORDS: tuple[Word[DatasetTable], ...] = (
    Word("customProperties.latestBy", attrgetter("latest_by"), always(READERS)),
    Word("customProperties.maxLandingErrorRatio", attrgetter("max_landing_error_ratio"), when(gt, SOURCES)),
    Word("customProperties.maxSilverErrorRatio", attrgetter("max_silver_error_ratio"), when(gt, SOURCES)),
    Word("customProperties.minRowsForErrorRatio", attrgetter("min_rows_for_error_ratio"), when(gt, SOURCES)),
)
COLUMN_WORDS: tuple[Word[Column], ...] = (
    Word("encryptedName", attrgetter("encrypted_name"), always(READERS)),
    Word("physicalType", _stored, always(READERS)),
    Word("classification", _protection, when(_stricter, READERS)),
    Word("customProperties.masking", attrgetter("masking"), always(READERS)),
    Word("customProperties.mayIdentifyPersons", attrgetter("may_identify_persons"), when(gt, SOURCES)),
    Word("transformLogic", _logic, always(READERS)),
)


def table_changes(before: Contract, after: Contract) -> Iterator[Change]:
    """What changed of the tables; the one that the sources' rows end in is the same under whatever name."""
    old, new = before.table, after.table
    if old.name != new.name:
        yield Change(f"schema.{old.name}", f"is called {new.name} now", READERS)
    yield from word_changes(f"schema.{new.name}", DATASET_TABLE_WORDS, old, new)
    yield from _in_table(old, new)
    gold = match(before.gold_tables, after.gold_tables)
    yield from (Change(f"schema.{table.name}", "is gone", READERS) for table in gold.gone)
    yield from (Change(f"schema.{table.name}", "is new") for table in gold.new)
    for was, is_now in gold.both:
        yield from _in_table(was, is_now)


def _in_table(before: BaseTable, after: BaseTable) -> Iterator[Change]:
    path = f"schema.{after.name}"
    columns = match(before.columns, after.columns)
    yield from word_changes(path, TABLE_WORDS, before, after)
    yield from (Change(f"{path}.properties.{column.name}", "is gone", READERS) for column in columns.gone)
    yield from (Change(f"{path}.properties.{column.name}", "is new") for column in columns.new)
    if [was.name for was, _ in columns.both] != [c.name for c in after.columns if c not in columns.new]:
        yield Change(f"{path}.properties", "stand in another order")
    for was, is_now in columns.both:
        yield from _in_column(f"{path}.properties.{is_now.name}", was, is_now)
    yield from set_check_changes(f"{path}.quality", before, after)


def _in_column(path: str, before: Column, after: Column) -> Iterator[Change]:
    yield from word_changes(path, COLUMN_WORDS, before, after)
    if not before.is_computed and not after.is_computed:
        yield from rule_changes(path, before, after)
