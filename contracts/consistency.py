"""What a contract must not contradict itself in, beyond the shape of its parts: every problem with its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import available_timezones

from croniter import CroniterError, croniter

from contracts.column_rules import column_rules, set_checks, table_check
from contracts.columns import Column, Masking
from contracts.contract import Contract
from contracts.lake_terms import ServiceLevel
from contracts.logical_types import LogicalType
from contracts.option_checks import check_limits
from contracts.problems import ContractProblem
from contracts.rules import Stage
from contracts.sources.csv_dialect import folded
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from contracts.tables import ADDED_COLUMNS, BaseTable, DatasetTable
from contracts.transformations import transformation_problems
from contracts.written_formats import declared_date_format, has_short_years, known_values, require_formats

CRON_FIELDS = 5


def inconsistencies(contract: Contract) -> list[ContractProblem]:
    """Every contradiction: names unknown or twice, rules without a rendering, logic over columns that are not there."""
    if len([table for table in contract.tables if isinstance(table, DatasetTable)]) != 1:
        reason = "needs one table with columns from the sources; all of a gold table's have a transformLogic"
        return [ContractProblem("schema", reason)]
    return [
        *_repeated("schema", "table", [table.name for table in contract.tables]),
        *_repeated("servers", "source", [source.name for source in contract.sources]),
        *(problem for index, table in enumerate(contract.tables) for problem in _in_table(table, f"schema[{index}]")),
        *_in_sources(contract),
        *_in_service_levels(contract),
        *transformation_problems(contract),
    ]


def _repeated(path: str, what: str, names: Iterable[str]) -> Iterator[ContractProblem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield ContractProblem(path, f"{what} {name} is there {count} times".strip())


def _unknown(path: str, names: Iterable[str], known: Iterable[str]) -> Iterator[ContractProblem]:
    for name in sorted(set(names) - set(known)):
        yield ContractProblem(path, f"names the unknown column {name}")


def _in_table(table: BaseTable, path: str) -> Iterator[ContractProblem]:
    silver_names = [column.silver_name for column in table.columns]
    yield from _repeated(f"{path}.properties", "column", silver_names)
    with suppress(ValueError):  # each is told at its own place
        yield from _repeated(path, "check", [check.label for check in table.set_checks])
    if not table.key:
        yield ContractProblem(f"{path}.properties", "need a primaryKey: the columns that make a row unique")
    yield from _unknown(f"{path}.customProperties.clusterBy", table.cluster_by, silver_names)
    yield from _repeated(f"{path}.customProperties.clusterBy", "column", table.cluster_by)
    positions = [column.primary_key_position for column in table.key_columns if column.primary_key_position >= 0]
    yield from _repeated(f"{path}.properties", "primaryKeyPosition", map(str, positions))
    for column in table.columns:
        if column.silver_name in table.cluster_by and not column.is_clusterable:
            reason = f"{column.silver_name} is boolean or personal: tables are clustered by internal values in order"
            yield ContractProblem(f"{path}.customProperties.clusterBy", reason)
    for index, column in enumerate(table.columns):
        yield from _in_column(column, f"{path}.properties[{index}]")
    for index, quality in enumerate(table.quality):
        try:
            check = table_check(quality)
        except ValueError as error:
            yield ContractProblem(f"{path}.quality[{index}]", str(error))
            continue
        yield from _unknown(f"{path}.quality[{index}].arguments", check.columns, silver_names)
        if check.stage is Stage.LANDING and not isinstance(table, DatasetTable):
            yield ContractProblem(f"{path}.quality[{index}]", f"{check.label}: nothing is landed in a gold table")
    if isinstance(table, DatasetTable):
        yield from _in_dataset_table(table, path)


def _in_column(column: Column, path: str) -> Iterator[ContractProblem]:
    for read in (column_rules, set_checks, declared_date_format, check_limits):
        try:
            read(column)
        except ValueError as error:
            yield ContractProblem(path, str(error))


def _in_dataset_table(table: DatasetTable, path: str) -> Iterator[ContractProblem]:
    landed = [column.name for column in table.landed_columns]
    for index, column in enumerate(table.columns):
        if taken := ADDED_COLUMNS & {column.name, column.silver_name}:
            reason = f"{', '.join(taken)} is a column that the lakehouse adds itself: give this one another name"
            yield ContractProblem(f"{path}.properties[{index}]", reason)
    if table.latest_by:
        yield from _unknown(f"{path}.customProperties.latestBy", [table.latest_by], landed)
        if any(column.masking for column in table.landed_columns if column.name == table.latest_by):
            reason = f"{table.latest_by} is masked: no order is left in it that says which row is the latest"
            yield ContractProblem(f"{path}.customProperties.latestBy", reason)
    for column in table.key_columns:
        if column.is_computed:
            yield ContractProblem(f"{path}.properties", f"primaryKey {column.name} is computed: a key is landed")
        if column.masking is Masking.EMAIL:
            reason = f"primaryKey {column.name} is masked as an e-mail address, which two persons may share"
            yield ContractProblem(f"{path}.properties", reason)


def _in_sources(contract: Contract) -> Iterator[ContractProblem]:
    for index, source in enumerate(contract.sources):
        path = f"servers[{index}].customProperties"
        for name in sorted({*source.field_paths, *source.optional_columns} - set(contract.column_names)):
            yield ContractProblem(path, f"source {source.name} names the unknown column {name}")
        yield from _in_formats(source, contract, path)
        for column in contract.columns:
            if column.name in source.optional_columns and column.primary_key:
                reason = f"lets source {source.name} lack {column.name}, a primaryKey: its rows would all be one"
                yield ContractProblem(f"{path}.optionalColumns", reason)
        yield from _in_snapshot(source, contract.table, f"{path}.snapshot")
        if isinstance(source, FilesSource):
            yield from _in_headers(source, contract.columns, path)


def _in_snapshot(source: BaseSource, table: DatasetTable, path: str) -> Iterator[ContractProblem]:
    """A row that is gone says no more when it changed last, so it is deleted as of the time of the snapshot."""
    ordering = [column for column in table.landed_columns if column.name == table.latest_by]
    if isinstance(source, DatabaseSource) and source.snapshot:
        for column in ordering:
            if column.logical_type not in {LogicalType.DATE, LogicalType.TIMESTAMP}:
                reason = f"of {source.name} finds times, and latestBy {column.name} is none: use deletedWhen"
                yield ContractProblem(path, reason)


def _in_headers(source: FilesSource, columns: Iterable[Column], path: str) -> Iterator[ContractProblem]:
    """A header's names are read without case and accents, so that two which differ in these alone are one."""
    names = [name for column in columns for name in source.fields(column.name)]
    counts = Counter(map(folded, [*names, *source.ignored_fields]))
    for name in sorted(name for name, count in counts.items() if count > 1):
        reason = f"source {source.name} has the header {name!r} stand for two things, as headers are read"
        yield ContractProblem(f"{path}.fieldPaths", reason)


def _in_formats(source: BaseSource, contract: Contract, path: str) -> Iterator[ContractProblem]:
    """Each word may be right, and yet they mean nothing together, or nothing for the column's type."""
    yield from _unknown(f"{path}.columnFormats", source.column_formats, contract.column_names)
    for column in contract.columns:
        with suppress(ValueError):  # what is wrong with the column is told at its own place
            known_values(column)
            try:
                require_formats(column, source)
            except ValueError as error:
                place = f"{path}.columnFormats.{column.name}" if column.name in source.column_formats else path
                yield ContractProblem(place, f"{column.name}: {error}")
    if source.formats.two_digit_years_from and not any(has_short_years(column, source) for column in contract.columns):
        yield ContractProblem(f"{path}.twoDigitYearsFrom", "no format of this source has yy, the years it is about")


def _in_service_levels(contract: Contract) -> Iterator[ContractProblem]:
    for index, level in enumerate(contract.service_levels):
        path = f"slaProperties[{index}]"
        if level.property == "frequency" and not _is_cron(level):
            reason = f"must be a cron expression of {CRON_FIELDS} fields that names days there are, with scheduler cron"
            yield ContractProblem(f"{path}.schedule", reason)
        if level.property == "timezone" and level.value not in available_timezones():
            yield ContractProblem(f"{path}.value", f"{level.value} is no time zone of the IANA database")
        if level.property in {"retention", "timeToCoolTier"} and not _is_whole_days(level.value, level.unit):
            yield ContractProblem(
                path, f"must give {level.property} of {level.element} in whole days: value ≥ 1, unit d"
            )
        if level.property == "frequency" and level.element not in {contract.name, *(s.name for s in contract.sources)}:
            yield ContractProblem(f"{path}.element", f"{level.element} is neither the dataset nor one of its sources")
    yield from _repeated("roles", "role", [role.name for role in contract.roles])
    levels = [f"{level.property} of {level.element or 'all'}" for level in contract.service_levels]
    yield from _repeated("slaProperties", "", levels)
    terms = contract.lake_terms
    if terms.raw_days and terms.raw_cool_after_days and terms.raw_cool_after_days >= terms.raw_days:
        reason = "timeToCoolTier of raw is not before its retention ends"
        yield ContractProblem("slaProperties", reason)
    if contract.service_level("frequency", contract.name) is None:
        yield ContractProblem("slaProperties", f"must give the frequency of {contract.name}, with its cron schedule")


def _is_cron(level: ServiceLevel) -> bool:
    schedule = str(level.schedule)
    if level.scheduler != "cron" or len(schedule.split()) != CRON_FIELDS:
        return False
    try:
        croniter(schedule, datetime(2024, 1, 1, tzinfo=UTC)).get_next()
    except CroniterError:
        return False
    return True


def _is_whole_days(value: object, unit: str | None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1 and unit == "d"
