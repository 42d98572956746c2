"""Reads a bounded sample of a source through the readers that flows read it with, and lands nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from contracts.sources.source import BaseSource
from tasks.errors import StructureError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.fields import FieldsMet
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import CURSOR, Window, chunk_schema
from tasks.extract.readers import FilesReader
from tasks.source_readers import LakeSecret, reader_of

SAMPLE_ROWS = 10_000
"""So many rows are looked at, the first that the source gives; of a folder, those of its newest files."""

SAMPLE_FILES = 5
"""So many files of a folder are read, the newest ones."""


@dataclass(frozen=True)
class SampledRows:
    """Rows as chunks have them, whether they are all that the source has, and what of it cannot be read, with why."""

    rows: pl.DataFrame
    is_whole: bool
    refused: tuple[str, ...] = ()


def sample_rows(
    contract: Contract, source: BaseSource, values: Mapping[str, str], lake_secret: LakeSecret, today: date
) -> SampledRows:
    """The source's first rows, or those of its newest files.

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
            return _dated(source, _first(contract, extract_api(contract, client, Window(), met, SAMPLE_ROWS), met))
    reader = reader_of(contract, source, values, lake_secret)
    if isinstance(reader, FilesReader):
        return _newest(contract, source, reader, today)
    return _dated(source, _first(contract, reader.extract(Window())))


def _first(contract: Contract, chunks: Iterator[pl.DataFrame], met: FieldsMet | None = None) -> SampledRows:
    rows, refused, is_whole = [_no_rows(contract)], [], False
    try:
        for chunk in chunks:
            rows.append(chunk)
            if sum(map(len, rows)) >= SAMPLE_ROWS:
                break
        else:
            is_whole = True
        if met:
            met.check(())
    except StructureError as error:
        refused.append(str(error))
    read = pl.concat(rows)
    return SampledRows(read.head(SAMPLE_ROWS), is_whole and len(read) <= SAMPLE_ROWS, tuple(refused))


def _dated(source: BaseSource, sample: SampledRows) -> SampledRows:
    """The sample; that no row has a place in time is told, as every load would bring all of them."""
    cursor, times = getattr(source, "cursor_field", None), sample.rows[CURSOR]
    if cursor is None or times.is_empty() or times.null_count() < len(times):
        return sample
    told = f"no row's {cursor} can be read as a time: mend cursorField, or timestampFormat for all columns"
    return replace(sample, refused=(*sample.refused, told))


def _newest(contract: Contract, source: BaseSource, reader: FilesReader, today: date) -> SampledRows:
    with closing(reader.store):
        found = reader.list_files(today)
        samples = []
        for file in found[: -SAMPLE_FILES - 1 : -1]:
            with reader.store.fetch(file) as fetched:
                samples.append(_first(contract, reader.extract(fetched)))
    rows = pl.concat([_no_rows(contract), *(sample.rows for sample in samples)])
    refused = tuple(reason for sample in samples for reason in sample.refused)
    if not found:
        refused = (f"no file of {source.name} matches its path, so nothing could be checked",)
    is_whole = len(found) == len(samples) and all(sample.is_whole for sample in samples) and len(rows) <= SAMPLE_ROWS
    return SampledRows(rows.head(SAMPLE_ROWS), is_whole, refused)


def _no_rows(contract: Contract) -> pl.DataFrame:
    return pl.DataFrame(schema=chunk_schema(contract))
