"""Proposes a source's entry from a sample of it, its contract and the answers that were given. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.sources.database import CursorFormat
from onboarding.candidates import Words
from onboarding.entry import API, DATABASE, FILES, entry
from onboarding.mapping import names_of_columns, proposed_fields
from onboarding.questions import Answers, Choice, Question, is_answered
from onboarding.sample import Sample
from onboarding.written import FormatProposal, proposed_formats

OVERLAP_SECONDS = 600
"""How far before the last change each load begins, unless it is answered."""

NO_FIELD = "no field"


@dataclass(frozen=True)
class Proposal:
    """An entry, which is complete once there are no questions left."""

    entry: dict[str, Any]
    questions: tuple[Question, ...]


def propose(sample: Sample, contract: Contract, answers: Answers) -> Proposal:
    """The entry of a source of the contract's dataset; answers count before what the sample shows."""
    fields = _fields(sample, contract, answers)
    words = merged(sample.words, answers)
    cursor = _cursor(contract, fields, words)
    formats = proposed_formats(contract, sample.rows, fields, words)
    questions = [
        *_questions_of_columns(sample, contract, fields, answers),
        *(_questions_of_changes(sample, contract, fields, words, cursor) if words["type"] != FILES else ()),
        *formats.questions,
    ]
    return Proposal(entry(_completed(sample, contract, words, fields, cursor, formats)), tuple(questions))


def merged(found: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """All words; those that were answered count, and mappings are merged, unless they are of different types."""
    words = {**found, **answers}
    for word in found.keys() & answers.keys():
        one, other = found[word], answers[word]
        if (
            isinstance(one, Mapping)
            and isinstance(other, Mapping)
            and one.get("type") == other.get("type", one.get("type"))
        ):
            words[word] = {**one, **other}
    return words


def _fields(sample: Sample, contract: Contract, answers: Answers) -> dict[str, tuple[str, ...]]:
    """The fields of each column that has some, as answered or by their names."""
    answered = answers.get("fieldPaths", {})
    without = {*answers.get("optionalColumns", ()), *(column for column, path in answered.items() if path is None)}
    given = {column: (path,) if isinstance(path, str) else tuple(path) for column, path in answered.items() if path}
    taken = {field for paths in given.values() for field in paths} | set(answers.get("ignoredFields", ()))
    free = [field for field in sample.rows.columns if field not in taken]
    names = {column: known for column, known in names_of_columns(contract).items() if column not in given}
    by_name = {column: (field,) for column, field in proposed_fields(names, free).items()}
    found = {**by_name, **given}
    return {
        column: found[column]
        for column in contract.column_names
        if column in found and column not in without - set(by_name)
    }


def _questions_of_columns(
    sample: Sample, contract: Contract, fields: Mapping[str, tuple[str, ...]], answers: Answers
) -> Iterator[Question]:
    taken = {field for paths in fields.values() for field in paths}
    free = [Choice(field, field) for field in sample.rows.columns if field not in taken]
    settled = {*fields, *answers.get("optionalColumns", ())}
    for column in contract.columns:
        word = f"fieldPaths.{column.name}"
        if column.name not in settled and not is_answered(answers, word):
            none = [] if column.required else [Choice(NO_FIELD, None)]
            yield Question(word, f"which field is {column.name}? {column.description}".strip(), (*free, *none))


def _cursor(contract: Contract, fields: Mapping[str, tuple[str, ...]], words: Words) -> str | None:
    """The field that tells when a row changed: as answered, else that of the column which tells it in the dataset."""
    is_read_whole = words["type"] == API and is_answered(words, "incremental") and words["incremental"] is None
    if is_read_whole or words["type"] == FILES:
        return None
    if is_answered(words, "cursorField"):
        field: str | None = words["cursorField"]
        return field
    return fields.get(contract.table.latest_by or "", (None,))[0]


def _questions_of_changes(
    sample: Sample, contract: Contract, fields: Mapping[str, tuple[str, ...]], words: Words, cursor: str | None
) -> Iterator[Question]:
    choices = tuple(Choice(field, field) for field in sample.rows.columns)
    if not is_answered(words, "keyField"):
        yield Question("keyField", "which field is the key of a row?", choices)
    if cursor is None and words["type"] == DATABASE:
        yield Question("cursorField", "which column tells when a row changed, or just grows?", choices)
    if cursor and words["type"] == DATABASE and _is_undeclared_number(sample, contract, fields, words, cursor):
        yield Question("cursorFormat", f"what does {cursor} count?", tuple(Choice(way, way) for way in CursorFormat))
    if cursor and words["type"] == API and not is_answered(words, "incremental"):
        example = "{parameter: updated_since, format: rfc3339}"
        asked = f"which parameter takes the time since which rows changed? As {example}, or null if there is none"
        yield Question("incremental", asked)


def _is_undeclared_number(
    sample: Sample, contract: Contract, fields: Mapping[str, tuple[str, ...]], words: Words, cursor: str
) -> bool:
    """Whether the cursor holds whole numbers of which no column's format says what they count."""
    times = {column.name for column in contract.columns if column.logical_type is LogicalType.TIMESTAMP}
    if is_answered(words, "cursorFormat") or any(cursor in fields.get(name, ()) for name in times):
        return False
    texts = sample.rows[cursor].drop_nulls() if cursor in sample.rows.columns else pl.Series(dtype=pl.String)
    return not texts.is_empty() and bool(texts.str.contains("^-?[0-9]+$").all())


def _completed(
    sample: Sample,
    contract: Contract,
    words: Words,
    fields: Mapping[str, tuple[str, ...]],
    cursor: str | None,
    formats: FormatProposal,
) -> dict[str, Any]:
    """All words of the entry."""
    paths = {column: one[0] if len(one) == 1 else list(one) for column, one in fields.items()}
    completed = {
        **words,
        **formats.words,
        "cursorField": cursor,
        "optionalColumns": [column for column in contract.column_names if column not in fields],
        "fieldPaths": {column: path for column, path in paths.items() if path != column},
    }
    if cursor and words.get("cursorFormat") != "number":
        completed.setdefault("overlapSeconds", OVERLAP_SECONDS)
    if words["type"] == FILES:
        taken = {field for one in fields.values() for field in one}
        completed.setdefault("ignoredFields", [field for field in sample.rows.columns if field not in taken])
    return completed
