"""Proposes a source's entry from a sample of it, its contract and the answers that were given. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.sources.database import CursorFormat
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
    """The entry of a source of the contract's dataset; answers count before what the sample shows.

    It is complete once there are no `questions` left.
    """

    sample: Sample
    contract: Contract
    answers: Answers

    @cached_property
    def entry(self) -> dict[str, Any]:
        """The entry, as it stands in a contract."""
        paths = {column: one[0] if len(one) == 1 else list(one) for column, one in self._fields.items()}
        lacking = {*self.answers.get("optionalColumns", ()), *(set(self.contract.column_names) - self._fields.keys())}
        proposed: dict[str, Any] = {
            "cursorField": self._cursor,
            "optionalColumns": [column for column in self.contract.column_names if column in lacking],
            "fieldPaths": {column: path for column, path in paths.items() if path != column},
        }
        return entry({**self._defaults, **self._words, **self._formats.words, **proposed})

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is still to be asked."""
        of_changes = () if self._words["type"] == FILES else self._questions_of_changes()
        return (*self._questions_of_columns(), *of_changes, *self._formats.questions)

    @cached_property
    def _words(self) -> dict[str, Any]:
        return merged(self.sample.words, self.answers)

    @cached_property
    def _fields(self) -> dict[str, tuple[str, ...]]:
        """The fields of each column that has some, as answered or by their names."""
        answered = self.answers.get("fieldPaths", {})
        given = {column: (path,) if isinstance(path, str) else tuple(path) for column, path in answered.items() if path}
        taken = {field for paths in given.values() for field in paths} | set(self.answers.get("ignoredFields", ()))
        free = [field for field in self.sample.rows.columns if field not in taken]
        names = {name: known for name, known in names_of_columns(self.contract).items() if name not in answered}
        found = given | {column: (field,) for column, field in proposed_fields(names, free).items()}
        return {column: found[column] for column in self.contract.column_names if column in found}

    @cached_property
    def _formats(self) -> FormatProposal:
        return proposed_formats(self.contract, self.sample.rows, self._fields, self._words)

    @cached_property
    def _unused(self) -> list[str]:
        """The source's fields that no column is read from."""
        taken = {field for paths in self._fields.values() for field in paths}
        return [field for field in self.sample.rows.columns if field not in taken]

    @cached_property
    def _cursor(self) -> str | None:
        """The field that tells when a row changed: as answered, else that of the column which tells it."""
        words = self._words
        if words["type"] == FILES or (words["type"] == API and words.get("incremental", "") is None):
            return None
        if is_answered(words, "cursorField"):
            field: str | None = words["cursorField"]
            return field
        return self._fields.get(self.contract.table.latest_by or "", (None,))[0]

    @property
    def _defaults(self) -> dict[str, Any]:
        """What is so unless it is answered."""
        ignored = {"ignoredFields": self._ignored}
        is_dated = self._cursor and self._words.get("cursorFormat") != CursorFormat.NUMBER
        return ignored | ({"overlapSeconds": OVERLAP_SECONDS} if is_dated else {})

    @property
    def _ignored(self) -> list[str]:
        """The unused fields but for those that the entry itself names; of an API's object that is unused, its name."""
        if self._words["type"] == FILES:
            return self._unused
        own = {self._words.get("keyField"), self._cursor, self._words.get("deletedWhen", {}).get("field")}
        unused = [field for field in self._unused if field not in own]
        if self._words["type"] == DATABASE:
            return unused
        parents = {field[:place] for field in {*self.sample.rows.columns} - {*unused} for place in _dots(field)}
        outermost = (next((f[:place] for place in _dots(f) if f[:place] not in parents), f) for f in unused)
        return list(dict.fromkeys(outermost))

    def _questions_of_columns(self) -> Iterator[Question]:
        free = [Choice(field, field) for field in self._unused]
        for column in self.contract.columns:
            word, is_settled = f"fieldPaths.{column.name}", column.name in self.answers.get("optionalColumns", ())
            if column.name not in self._fields and not is_settled and not is_answered(self.answers, word):
                none = [] if column.required else [Choice(NO_FIELD, None)]
                yield Question(word, f"which field is {column.name}? {column.description}".strip(), (*free, *none))

    def _questions_of_changes(self) -> Iterator[Question]:
        words, cursor = self._words, self._cursor
        fields = tuple(Choice(field, field) for field in self.sample.rows.columns)
        if not is_answered(words, "keyField"):
            yield Question("keyField", "which field is the key of a row?", fields)
        if cursor is None and words["type"] == DATABASE:
            yield Question("cursorField", "which column tells when a row changed, or just grows?", fields)
        if cursor and words["type"] == DATABASE and self._is_undeclared_number(cursor):
            yield Question(
                "cursorFormat", f"what does {cursor} count?", tuple(Choice(way, way) for way in CursorFormat)
            )
        if cursor and words["type"] == API and not is_answered(words, "incremental"):
            example = "{parameter: updated_since, format: rfc3339}"
            asked = f"which parameter takes the time since which rows changed? As {example}, or null if there is none"
            yield Question("incremental", asked)

    def _is_undeclared_number(self, cursor: str) -> bool:
        """Whether the cursor holds whole numbers of which no column's format says what they count."""
        times = {column.name for column in self.contract.columns if column.logical_type is LogicalType.TIMESTAMP}
        is_declared = any(cursor in self._fields.get(name, ()) for name in times)
        if is_declared or is_answered(self._words, "cursorFormat") or cursor not in self.sample.rows.columns:
            return False
        texts = self.sample.rows[cursor].drop_nulls()
        return not texts.is_empty() and texts.str.contains("^-?[0-9]+$").all()


def _dots(field: str) -> list[int]:
    return [place for place, letter in enumerate(field) if letter == "."]


def merged(found: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """All words; those that were answered count, and mappings are merged, unless they are of different types."""
    words = {**found, **answers}
    for word in found.keys() & answers.keys():
        one, other = found[word], answers[word]
        are_mappings = isinstance(one, Mapping) and isinstance(other, Mapping)
        if are_mappings and one.get("type") == other.get("type", one.get("type")):
            words[word] = {**one, **other}
    return words
