"""Reads a bounded sample of a source through the readers that flows read it with, and lands nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.api import ApiSource
from contracts.sources.source import BaseSource
from onboarding.sample import SAMPLE_FILES, SAMPLE_ROWS
from tasks.errors import StructureError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.fields import FieldsMet
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import CURSOR, Window, chunk_schema, split_deletions
from tasks.extract.readers import FilesReader
from tasks.extract.undeclared import merged_names, undeclared_names
from tasks.source_readers import LakeSecret, reader_of


@dataclass(frozen=True)
class SampledLoad:
    """Rows that would be landed as one load, as chunks have them; of files each is one, and has its `name`.

    `is_whole` says whether they are all of it; `refused` why it cannot be read, or not to its end; `undeclared` names
    what the contract does not know of it.
    """

    rows: pl.DataFrame
    is_whole: bool
    refused: tuple[str, ...] = ()
    name: str = ""
    undeclared: tuple[str, ...] = ()


def sample_rows(
    contract: Contract, source: BaseSource, values: Mapping[str, str], lake_secret: LakeSecret, today: date
) -> list[SampledLoad]:
    """The source's first rows, or those of its newest files; nothing if there are no files.

    Args:
        contract: the dataset.
        source: where its rows come from.
        values: what opens the source, by role.
        lake_secret: gives the lake's connection string.
        today: the day in UTC, up to which folders by day are listed.

    Raises:
        SourceUnavailable: the source does not answer.
        MisconfiguredError: it cannot be opened so.
    """
    if isinstance(source, ApiSource):
        met = FieldsMet(contract, source)
        with ApiClient(source, values["url"], values) as client:
            return [_dated(source, _first(contract, extract_api(contract, client, Window(), met, SAMPLE_ROWS), met))]
    reader = reader_of(contract, source, values, lake_secret)
    if isinstance(reader, FilesReader):
        return _newest(contract, reader, today)
    return [_dated(source, _first(contract, reader.extract(Window())))]


def _first(contract: Contract, chunks: Iterator[pl.DataFrame], met: FieldsMet | None = None) -> SampledLoad:
    rows, refused, is_whole = [_no_rows(contract)], [], False
    undeclared: tuple[str, ...] = ()
    try:
        for chunk in chunks:
            undeclared = merged_names(undeclared, undeclared_names(chunk))
            of_contract = chunk.drop(UNDECLARED, strict=False)
            rows.append(split_deletions(of_contract)[0])  # of a deleted row the key alone is judged
            if sum(map(len, rows)) >= SAMPLE_ROWS:
                break
        else:
            is_whole = True
        if met:
            met.check(())
    except StructureError as error:
        refused.append(str(error))
    read = pl.concat(rows)
    is_whole = is_whole and len(read) <= SAMPLE_ROWS
    return SampledLoad(read.head(SAMPLE_ROWS), is_whole, tuple(refused), undeclared=undeclared)


def _dated(source: BaseSource, sample: SampledLoad) -> SampledLoad:
    """The sample; that no row has a place in time is told, as every load would bring all of them."""
    cursor, times = getattr(source, "cursor_field", None), sample.rows[CURSOR]
    if cursor is None or times.is_empty() or times.null_count() < len(times):
        return sample
    told = f"no row's {cursor} can be read as a time: mend cursorField, or timestampFormat for all columns"
    return replace(sample, refused=(*sample.refused, told))


def _newest(contract: Contract, reader: FilesReader, today: date) -> list[SampledLoad]:
    """The newest files, as long as the sample is not full."""
    loads: list[SampledLoad] = []
    with closing(reader.store):
        for file in reader.list_files(today)[: -SAMPLE_FILES - 1 : -1]:
            if sum(load.rows.height for load in loads) < SAMPLE_ROWS:
                with reader.store.fetch(file) as fetched:
                    loads.append(replace(_first(contract, reader.extract(fetched)), name=file.shown_name))
    return loads


def _no_rows(contract: Contract) -> pl.DataFrame:
    return pl.DataFrame(schema=chunk_schema(contract))
