"""Finds out of a sample how a source writes the values of all of its columns, in as few words as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.columns import Column
from contracts.contract import Contract
from onboarding.candidates import FORMAT_WORDS, Words
from onboarding.formats import UTC_ZONE, format_of, needs_zone, proposed_words
from onboarding.questions import Question

_ZONE_WORDS = ("timeZone", "timestampOffset")
_OWN_WORDS = ("nullTexts",)
"""What is always said of single columns: for the others it may be a value."""


@dataclass(frozen=True)
class FormatProposal:
    """Words for all columns and, in `columnFormats`, for single ones; and what is still to be asked."""

    words: dict[str, Any]
    questions: tuple[Question, ...]


def proposed_formats(
    contract: Contract, rows: pl.DataFrame, fields: Mapping[str, Sequence[str]], said: Words
) -> FormatProposal:
    """How the columns are written, of which `said` does not say it already."""
    zone = {word: said[word] for word in _ZONE_WORDS if said.get(word)}
    answered = _answered(said)
    open_columns = [column for column in contract.columns if column.name in fields and not _is_said(column, said)]
    found = {
        column.name: proposed_words(column, _texts(rows, fields[column.name]), zone or UTC_ZONE)
        for column in open_columns
    }
    own = {name: words for name, words in found.items() if isinstance(words, Mapping)} | answered
    columns = {column.name: column for column in contract.columns}
    local = [name for name, words in own.items() if name in columns and needs_zone(columns[name], words)]
    questions = [question for question in found.values() if isinstance(question, Question)]
    if local and not zone:
        questions.append(_zone_question(local))
    return FormatProposal(_said_shortly(contract, own, said, zone), tuple(questions))


def _answered(said: Words) -> dict[str, Words]:
    """What is said of single columns; ValueError if that is no mapping of words."""
    answered = dict(said.get("columnFormats", {}))
    if wrong := [name for name, words in answered.items() if not isinstance(words, Mapping)]:
        raise ValueError(f"columnFormats.{wrong[0]} must be words, such as {{dateFormat: dd/MM/yyyy}}")
    return answered


def _is_said(column: Column, said: Words) -> bool:
    in_general = any(word in said for word in _kind(column))
    return in_general or column.name in said.get("columnFormats", {})


def _texts(rows: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """The column's texts: of several names for it a row has one."""
    present = [pl.col(field) for field in fields if field in rows.columns]
    return rows.select(pl.coalesce(present)).to_series() if present else pl.Series(dtype=pl.String)


def _zone_question(columns: Sequence[str]) -> Question:
    return Question("timeZone", f"where are the local times of {', '.join(columns)}? An IANA zone: America/Sao_Paulo")


def _said_shortly(contract: Contract, own: Mapping[str, Words], said: Words, zone: Words) -> dict[str, Any]:
    """What all columns of a kind have in common is said once, and what is so anyway not at all."""
    general: dict[str, Any] = {}
    of_columns: dict[str, dict[str, Any]] = {name: dict(words) for name, words in own.items()}
    for kind in dict.fromkeys(FORMAT_WORDS.values()):
        columns = [column for column in contract.columns if column.name in own and _kind(column) == kind]
        formats = {column.name: _without(own[column.name], _OWN_WORDS) for column in columns}
        is_common = len({str(words) for words in formats.values()}) == 1 and not said.keys() & set(kind)
        for column in columns:
            words = formats[column.name]
            is_default = _is_default(column, words, zone)
            general |= words if is_common and not is_default else {}
            if is_common or is_default:
                of_columns[column.name] = _without(own[column.name], tuple(words))
    return {**general, "columnFormats": {name: words for name, words in of_columns.items() if words}}


def _kind(column: Column) -> tuple[str, ...]:
    return FORMAT_WORDS.get(column.logical_type, ())


def _without(words: Words, names: Sequence[str]) -> dict[str, Any]:
    return {word: value for word, value in words.items() if word not in names}


def _is_default(column: Column, words: Words, zone: Words) -> bool:
    """Whether the column is written so if nothing is said of it."""
    try:
        return format_of(column, {**zone, **words}) == format_of(column, zone)
    except ValueError:
        return False
