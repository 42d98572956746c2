"""Looks at the newest files of a folder: how they are called, how they are written, and their rows as texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import islice

import polars as pl

from contracts.sources.files import FilesSource
from onboarding.csv_shape import CsvShape, shape_of
from onboarding.entry import opening_entry
from onboarding.questions import Answers, Question, is_answered
from onboarding.sample import SAMPLE_FILES, SAMPLE_ROWS, Sample
from tasks.errors import StructureError
from tasks.extract.files.kinds import other_kind
from tasks.extract.files.listing import found_files
from tasks.extract.files.store import FileStore, FoundFile
from tasks.extract.files.unpacking import plain_text
from tasks.source_readers import LakeSecret, store_of

LOOK_BYTES = 8 * 1024**2
"""So much of a file is looked at; a file that is longer has no last line to be seen."""

_MOST_NAMES = 5000


def look_at_files(answers: Answers, values: Mapping[str, str], lake_secret: LakeSecret, today: date) -> Sample:
    """The newest files' rows; if no pattern of names is given yet, a question that suggests one.

    Raises:
        PipelineError: the folder cannot be listed, has no such file, or the newest is none that can be read.
    """
    url = answers["connection"]["url"]
    source = FilesSource.model_validate(opening_entry({"path": f"${{{url}}}/**", **answers}))
    with closing(store_of(source, values, lake_secret)) as store:
        if not is_answered(answers, "path"):
            names = [file.name for file in islice(store.files("", deep=True), _MOST_NAMES)]
            suggested = f"${{{url}}}/{pattern_of_names(names)}"
            return Sample(questions=(Question("path", "which files have the rows?", suggested=suggested),))
        found = found_files(source, store, today)[-SAMPLE_FILES:]
        if not found:
            raise StructureError(f"no file of {source.name} is called as its path says; mend the path")
        shapes = [_shape(source, store, file) for file in reversed(found)]
    rows = pl.concat([shape.rows for shape in shapes], how="diagonal").head(SAMPLE_ROWS)
    return Sample(rows, {"dialect": shapes[0].dialect})


def _shape(source: FilesSource, store: FileStore, file: FoundFile) -> CsvShape:
    with (
        store.fetch(file) as fetched,
        plain_text(fetched.path, fetched.shown_name, source.dialect.encoding) as path,
        path.open("rb") as content,
    ):
        data = content.read(LOOK_BYTES)
        is_whole = not content.read(1)
    try:
        shape = None if other_kind(data) else shape_of(data, source.dialect, is_whole=is_whole)
    except (csv.Error, pl.exceptions.PolarsError) as error:
        told = f"{file.shown_name} cannot be read as CSV ({type(error).__name__})"
        raise StructureError(f"{told}; export it again as CSV UTF-8") from None
    if shape is None:
        kind = other_kind(data) or "no text with columns between ; , tabs or |"
        raise StructureError(f"{file.shown_name} is {kind}; export it again as CSV UTF-8")
    return shape


def pattern_of_names(names: Sequence[str]) -> str:
    """The pattern that the names of a folder's files have in common, with their dates; else `*.csv`.

    >>> pattern_of_names(["sul/vendas-2026-01-30.csv", "norte/vendas-2026-01-31.csv"])
    '**/vendas-{yyyy-MM-dd}.csv'
    """
    folders = "**/" if any("/" in name for name in names) else ""
    files = {_dated(name.rpartition("/")[2]) for name in names}
    return folders + (files.pop() if len(files) == 1 else "*.csv")


def _dated(name: str) -> str:
    for written, pattern in (
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "{yyyy-MM-dd}"),
        (r"[0-9]{4}_[0-9]{2}_[0-9]{2}", "{yyyy_MM_dd}"),
        (r"(?<![0-9])20[0-9]{6}(?![0-9])", "{yyyyMMdd}"),
    ):
        dated, count = re.subn(written, pattern, name)
        if count == 1:
            return dated
    return name
