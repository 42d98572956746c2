"""How sources changed, and what the changed columns ask of those that stay."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from contracts.columns import Column
from contracts.contract import Contract
from contracts.diff.change import NOBODY, READERS, SOURCES, Change, Matched, Word, always, match, word_changes
from contracts.diff.demands import demands
from contracts.diff.format_changes import format_changes
from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.sources.kinds import Source
from contracts.sources.source import BaseSource

Sources = tuple[Source, Source]
"""One source as the contract described it, and as it does now."""


def _variables(source: Source) -> tuple[str, ...]:
    return tuple(source.connection.variables.values())


EVERY_SOURCE: tuple[Word[Source], ...] = (
    Word("type", attrgetter("type"), always(SOURCES)),
    Word("customProperties.connection", _variables, always(SOURCES)),
)
_CHANGING = (
    Word[Source]("customProperties.keyField", attrgetter("key_field"), always(SOURCES)),
    Word[Source]("customProperties.cursorField", attrgetter("cursor_field"), always(SOURCES)),
    Word[Source]("customProperties.overlapSeconds", attrgetter("overlap_seconds"), always(NOBODY)),
)
SOURCES_OF_A_KIND: dict[type[BaseSource], tuple[Word[Source], ...]] = {
    DatabaseSource: (Word("customProperties.table", attrgetter("table"), always(SOURCES)), *_CHANGING),
    ApiSource: (
        Word("location", attrgetter("path"), always(SOURCES)),
        Word("customProperties.pageRows", attrgetter("page_rows"), always(NOBODY)),
        Word("customProperties.missingFieldRows", attrgetter("missing_field_rows"), always(NOBODY)),
        *_CHANGING,
    ),
    FilesSource: (Word("path", attrgetter("name_pattern"), always(SOURCES)),),
}


def source_changes(before: Contract, after: Contract) -> Iterator[Change]:
    """What changed of the sources; one that is gone breaks those who read its rows."""
    sources, columns = match(before.sources, after.sources), match(before.columns, after.columns)
    yield from (Change(f"servers.{source.name}", "is gone", READERS) for source in sources.gone)
    yield from (Change(f"servers.{source.name}", "is new") for source in sources.new)
    yield from _new_columns(after, columns, sources)
    yield from _gone_columns(before, columns, sources)
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


def _gone_columns(before: Contract, columns: Matched[Column], sources: Matched[Source]) -> Iterator[Change]:
    """Files with a column that the contract does not know are refused; tables and APIs may have more than is asked."""
    files = [source.name for _, source in sources.both if isinstance(source, FilesSource)]
    for column in columns.gone:
        if files:
            path = f"schema.{before.table.name}.properties.{column.name}"
            yield Change(path, f"must no longer be delivered by {', '.join(files)}", SOURCES)


def _in_source_column(pair: Sources, before: Column, after: Column) -> Iterator[Change]:
    was, is_now = pair
    path, name = f"servers.{is_now.name}", after.name
    if was.field(name) != is_now.field(name):
        text = f"was {was.field(name)}, is {is_now.field(name)}"
        yield Change(f"{path}.customProperties.fieldPaths.{name}", text, SOURCES)
    excused, is_excused = name in was.optional_columns, name in is_now.optional_columns
    if excused != is_excused:
        text = f"{name} may be missing" if is_excused else f"{name} must be there"
        yield Change(f"{path}.customProperties.optionalColumns", text, NOBODY if is_excused else SOURCES)
    yield from format_changes(path, (was, before), (is_now, after))
