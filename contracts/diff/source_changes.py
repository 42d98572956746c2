"""How sources changed, and what the changed columns ask of those that stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from operator import attrgetter

import yaml

from contracts.columns import Column
from contracts.contract import Contract
from contracts.diff.change import (
    NOBODY,
    READERS,
    SOURCES,
    Change,
    Matched,
    Word,
    always,
    match,
    word_changes,
)
from contracts.diff.demands import demands
from contracts.diff.format_changes import format_changes
from contracts.odcs import CUSTOM
from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.sources.kinds import Source
from contracts.sources.source import BaseSource

Sources = tuple[Source, Source]
"""One source as the contract described it, and as it does now."""


def _variables(source: Source) -> tuple[str, ...]:
    return tuple(source.connection.variables.values())


def _resources(source: Source) -> tuple[str, ...]:
    return tuple(f"{amount} {name}" for name, amount in source.resources if amount)


_HOW_AN_API_IS_ASKED = ("authentication", "method", "parameters", "body", "rowsField", "paging", "incremental")


def _declared(name: str) -> Callable[[Source], str]:
    """What a source declares under a custom property, as YAML in one line."""
    alias = f"{CUSTOM}.{name}"

    def says(source: Source) -> str:
        declared = source.model_dump(mode="json", by_alias=True, exclude_defaults=True).get(alias)
        if declared is None:
            return "the default"
        line = yaml.safe_dump(declared, default_flow_style=True, sort_keys=False, width=math.inf, allow_unicode=True)
        return line.removesuffix("\n").removesuffix("\n...")

    return says


def _has_fewer(was: tuple[str, ...], is_now: tuple[str, ...]) -> bool:
    return not set(was) <= set(is_now)


def _dialect(source: Source) -> dict[str, object] | None:
    return source.dialect.model_dump(mode="json", exclude_defaults=True) if isinstance(source, FilesSource) else None


def _expected_files(source: Source) -> tuple[str, ...]:
    expected = source.expected_files if isinstance(source, FilesSource) else None
    return expected.names if expected else ()


EVERY_SOURCE: tuple[Word[Source], ...] = (
    Word("type", attrgetter("type"), always(SOURCES)),
    Word("customProperties.connection", _variables, always(SOURCES)),
    Word("customProperties.ignoredFields", attrgetter("ignored_fields"), always(NOBODY)),
    Word("customProperties.resources", _resources, always(NOBODY)),
)
_CHANGING = (
    Word[Source]("customProperties.keyField", attrgetter("key_field"), always(SOURCES)),
    Word[Source]("customProperties.cursorField", attrgetter("cursor_field"), always(SOURCES)),
    Word[Source]("customProperties.overlapSeconds", attrgetter("overlap_seconds"), always(NOBODY)),
)
SOURCES_OF_A_KIND: dict[type[BaseSource], tuple[Word[Source], ...]] = {
    DatabaseSource: (
        Word("customProperties.table", attrgetter("table"), always(SOURCES)),
        Word("customProperties.login", attrgetter("login"), always(SOURCES)),
        Word("customProperties.cursorFormat", _declared("cursorFormat"), always(SOURCES)),
        Word("customProperties.overlapNumbers", attrgetter("overlap_numbers"), always(NOBODY)),
        Word("customProperties.lookBack", _declared("lookBack"), always(NOBODY)),
        Word("customProperties.deletedWhen", _declared("deletedWhen"), always(SOURCES)),
        Word("customProperties.snapshot", _declared("snapshot"), always(NOBODY)),
        Word("customProperties.maxDeletedRatio", _declared("maxDeletedRatio"), always(NOBODY)),
        Word("customProperties.shards", attrgetter("shards"), always(NOBODY)),
        *_CHANGING,
    ),
    ApiSource: (
        Word("location", attrgetter("path"), always(SOURCES)),
        *(Word(f"customProperties.{name}", _declared(name), always(SOURCES)) for name in _HOW_AN_API_IS_ASKED),
        Word("customProperties.pageRows", attrgetter("page_rows"), always(NOBODY)),
        Word("customProperties.missingFieldRows", attrgetter("missing_field_rows"), always(NOBODY)),
        *_CHANGING,
    ),
    FilesSource: (
        Word("path", attrgetter("pattern.text"), always(SOURCES)),
        Word("customProperties.dialect", _dialect, always(SOURCES)),
        Word("customProperties.listedDays", attrgetter("listed_days"), always(NOBODY)),
        Word("customProperties.expectedFiles", _expected_files, always(NOBODY)),
        Word("customProperties.moveLandedTo", attrgetter("move_landed_to"), always(NOBODY)),
    ),
}


def source_changes(before: Contract, after: Contract) -> Iterator[Change]:
    """What changed of the sources; one that is gone breaks those who read its rows."""
    sources, columns = match(before.sources, after.sources), match(before.columns, after.columns)
    yield from (Change(f"servers.{source.name}", "is gone", READERS) for source in sources.gone)
    yield from (Change(f"servers.{source.name}", "is new") for source in sources.new)
    yield from _new_columns(after, columns, sources)
    for pair in sources.both:
        yield from _in_source(pair)
        for was, is_now in columns.both:
            yield from _in_source_column(pair, was, is_now)


def _in_source(pair: Sources) -> Iterator[Change]:
    was, is_now = pair
    path = f"servers.{is_now.name}"
    yield from word_changes(path, EVERY_SOURCE, was, is_now)
    if type(was) is type(is_now):
        yield from word_changes(path, SOURCES_OF_A_KIND[type(is_now)], was, is_now)


def _new_columns(after: Contract, columns: Matched[Column], sources: Matched[Source]) -> Iterator[Change]:
    """A source must have what it is not excused from, and what no row gets in without."""
    for column in columns.new:
        never_missing = any(demand.refuses_missing for demand in demands(column))
        must = [s.name for _, s in sources.both if never_missing or column.name not in s.optional_columns]
        if must:
            path = f"schema.{after.table.name}.properties.{column.name}"
            yield Change(path, f"must be delivered by {', '.join(must)}", SOURCES)


def _in_source_column(pair: Sources, before: Column, after: Column) -> Iterator[Change]:
    was, is_now = pair
    path, name = f"servers.{is_now.name}", after.name
    if was.fields(name) != is_now.fields(name):
        text = f"was {' or '.join(was.fields(name))}, is {' or '.join(is_now.fields(name))}"
        breaks = SOURCES if _has_fewer(was.fields(name), is_now.fields(name)) else NOBODY
        yield Change(f"{path}.customProperties.fieldPaths.{name}", text, breaks)
    excused, is_excused = name in was.optional_columns, name in is_now.optional_columns
    if excused != is_excused:
        text = f"{name} may be missing" if is_excused else f"{name} must be there"
        yield Change(f"{path}.customProperties.optionalColumns", text, NOBODY if is_excused else SOURCES)
    yield from format_changes(path, (was, before), (is_now, after))
