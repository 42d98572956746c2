"""Finds out of a sample how a source writes the values of all of its columns, in as few words as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.columns import Column
from contracts.contract import Contract
from onboarding.candidates import FORMAT_WORDS, Words
from onboarding.formats import UTC_ZONE, ZONE_WORDS, Found, format_of, found_format, needs_zone
from onboarding.questions import Question

_NULL_TEXTS = "nullTexts"
"""Always said of single columns: for others these texts may be values."""


@dataclass(frozen=True)
class FormatProposal:
    """Words for all columns and, in `columnFormats`, for single ones; and what is still to be asked."""

    words: dict[str, Any]
    questions: tuple[Question, ...]


def proposed_formats(
    contract: Contract, rows: pl.DataFrame, fields: Mapping[str, Sequence[str]], said: Words
) -> FormatProposal:
    """How the columns are written, of which `said` does not say it already."""
    zone = {word: said[word] for word in ZONE_WORDS if said.get(word)}
    answered = _answered(said)
    found = {
        column.name: found_format(column, _texts(rows, fields[column.name]), zone or UTC_ZONE)
        for column in contract.columns
        if column.name in fields and not _is_said(column, said)
    }
    known = {name: one for name, one in found.items() if isinstance(one, Found)}
    known |= {column.name: _as_found(answered[column.name]) for column in contract.columns if column.name in answered}
    questions = [one for one in found.values() if isinstance(one, Question)]
    ways = {column: known[column.name].ways[0] for column in contract.columns if column.name in known}
    local = [column.name for column, way in ways.items() if needs_zone(column, way)]
    if local and not zone:
        questions.append(_zone_question(local))
    return FormatProposal(_said_shortly(contract, known, said, zone), tuple(questions))


def _answered(said: Words) -> dict[str, Words]:
    """What is said of single columns; ValueError if that is no mapping of words."""
    answered = dict(said.get("columnFormats", {}))
    if wrong := [name for name, words in answered.items() if not isinstance(words, Mapping)]:
        raise ValueError(f"columnFormats.{wrong[0]} must be words, such as {{dateFormat: dd/MM/yyyy}}")
    return answered


def _as_found(words: Words) -> Found:
    way = {word: value for word, value in words.items() if word != _NULL_TEXTS}
    return Found((way,), tuple(words.get(_NULL_TEXTS, ())))


def _is_said(column: Column, said: Words) -> bool:
    in_general = any(word in said for word in _kind(column))
    return in_general or column.name in said.get("columnFormats", {})


def _texts(rows: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """The column's texts: of several names for it a row has one."""
    present = [pl.col(field) for field in fields if field in rows.columns]
    return rows.select(pl.coalesce(present)).to_series() if present else pl.Series(dtype=pl.String)


def _zone_question(columns: Sequence[str]) -> Question:
    return Question("timeZone", f"where are the local times of {', '.join(columns)}? An IANA zone: America/Sao_Paulo")


def _said_shortly(contract: Contract, known: Mapping[str, Found], said: Words, zone: Words) -> dict[str, Any]:
    """What reads all columns of a kind is said once, and what is so anyway not at all."""
    general: dict[str, Any] = {}
    of_columns: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(map(_kind, contract.columns)):
        columns = [column for column in contract.columns if column.name in known and _kind(column) == kind]
        common = None if not kind or said.keys() & set(kind) else _common([known[column.name] for column in columns])
        for column in columns:
            found = known[column.name]
            words = common or found.ways[0]
            special = {} if kind and _is_default(column, words, zone) else dict(words)
            general |= special if common else {}
            nulls = {_NULL_TEXTS: list(found.nulls)} if found.nulls else {}
            of_columns[column.name] = nulls if common else special | nulls
    return {**general, "columnFormats": {name: words for name, words in of_columns.items() if words}}


def _common(found: Sequence[Found]) -> Words | None:
    """The first way that reads each column's texts."""
    ways = found[0].ways if found else ()
    return next((way for way in ways if all(way in other.ways for other in found)), None)


def _kind(column: Column) -> tuple[str, ...]:
    return FORMAT_WORDS.get(column.logical_type, ())


def _is_default(column: Column, words: Words, zone: Words) -> bool:
    """Whether the column is written so if nothing is said of it."""
    try:
        return format_of(column, {**zone, **words}) == format_of(column, zone)
    except ValueError:
        return False
