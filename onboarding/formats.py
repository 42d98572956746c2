"""Finds out of a sample how a column's values are written: the first way that reads all of them, if it is the only one.

Two ways that read every text, and not to the same values (`01/02/2026`), are a question; so is it if none reads all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from contracts.columns import Column
from contracts.formats import DateFormat, TimestampFormat, WrittenFormat
from contracts.formats.times import TimeEncoding
from contracts.sources.source import BaseSource
from contracts.written_formats import written_format
from onboarding.candidates import CANDIDATES, FORMAT_WORDS, NULL_TEXTS, Words
from onboarding.questions import Choice, Question
from tasks.extract.texts import trimmed
from tasks.extract.values import read

ZONE_WORDS = ("timeZone", "timestampOffset")
UTC_ZONE: Words = {"timestampOffset": "+00:00"}
"""Where local times are taken to be until that is known: which way reads them does not depend on it."""

FIRST_LIKELY_DAY, LAST_LIKELY_DAY = date(1980, 1, 1), date(2100, 1, 1)
"""Between these a number is taken for a time. Else every number would be one, of some unit."""

_FEW = 50
_MOST_CHOICES = 5
_VALUE = "value"


def format_of(column: Column, words: Words) -> WrittenFormat | None:
    """The format of a column of which a source says these words; None for text.

    Raises:
        ValueError: they mean nothing together, or none for the column's type.
    """
    customs = {"connection": {"url": "ANY"}, "columnFormats": {column.name: dict(words)}}
    listed = [{"property": name, "value": value} for name, value in customs.items()]
    return written_format(column, BaseSource.model_validate({"server": "any", "customProperties": listed}))


def needs_zone(column: Column, words: Words) -> bool:
    """Whether these words say local times, or instants of which the day is asked for, and not where."""
    if words.keys() & set(ZONE_WORDS):
        return False
    format_ = format_of(column, {**UTC_ZONE, **words})
    return isinstance(format_, DateFormat | TimestampFormat) and format_.zone is not None


@dataclass(frozen=True)
class Found:
    """How texts are written: ways that read all of them, and to the same values, the first being proposed.

    `nulls` are texts among them that stand for no value.
    """

    ways: tuple[Words, ...]
    nulls: tuple[str, ...] = ()


def found_format(column: Column, texts: pl.Series, zone: Words = UTC_ZONE) -> Found | Question | None:
    """How the texts are written; or what is to be asked about it; None if there are none, or the column is text.

    Args:
        column: of a type, with as many digits as it has room for.
        texts: strings, as the source writes them.
        zone: where local times are, as `timeZone` or `timestampOffset`.
    """
    present = pl.select(trimmed(pl.lit(texts))).to_series().drop_nulls().unique(maintain_order=True)
    nulls = [text for text in NULL_TEXTS if text in set(present)]
    others = present.filter(~present.is_in(["", *nulls]))
    if others.is_empty() or column.logical_type not in CANDIDATES:
        return None
    said: Words = {"nullTexts": nulls} if nulls else {}
    fitting = _fitting(column, others, zone)
    if not fitting:
        return _asked(column, "no way that is tried reads all its texts", _best(column, others, said, zone))
    distinct = _distinct(fitting)
    if len(distinct) == 1:
        return Found(tuple(words for words, _ in fitting), tuple(nulls))
    choices = [Choice(shown(words), {**words, **said}) for words in distinct]
    return _asked(column, "its texts can be read in several ways", choices)


def shown(words: Words) -> str:
    """The words as a person reads them.

    >>> shown({"dateFormat": "dd/MM/yy", "twoDigitYearsFrom": 1950})
    'dateFormat dd/MM/yy, twoDigitYearsFrom 1950'
    """
    return ", ".join(f"{word} {_shown_value(value)}" for word, value in words.items())


def _shown_value(value: object) -> str:
    return ", ".join(f"{k} {v!r}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)


def _asked(column: Column, why: str, choices: Sequence[Choice]) -> Question:
    example = "" if choices else f"; say it as {{{FORMAT_WORDS[column.logical_type][-1]}: …}}"
    text = f"how is {column.name} written? {why}{example}"
    return Question(f"columnFormats.{column.name}", text, tuple(choices))


def _fitting(column: Column, texts: pl.Series, zone: Words) -> list[tuple[Words, pl.Series]]:
    """The candidates that read all of the texts, each with what it reads; a few texts rule most of them out."""
    likely = [words for words in CANDIDATES[column.logical_type] if _reads(column, texts.head(_FEW), words, zone)]
    read_as = [(words, _values(column, texts, words, zone)) for words in likely]
    return [(words, values) for words, values in read_as if values is not None and not values.null_count()]


def _reads(column: Column, texts: pl.Series, words: Words, zone: Words) -> bool:
    values = _values(column, texts, words, zone)
    return values is not None and not values.null_count()


def _values(column: Column, texts: pl.Series, words: Words, zone: Words) -> pl.Series | None:
    """What the texts read as, null where they do not, or not likely so; None if the column cannot be written so."""
    try:
        format_ = format_of(column, {**zone, **words})
    except ValueError:
        return None
    if format_ is None:
        return None
    value = read(pl.lit(texts), format_)
    if _is_number(format_):
        first, last = map(pl.lit, _limits(format_))
        value = pl.when(value.is_between(first, last)).then(value)
    return pl.select(value.alias(_VALUE)).to_series()


def _is_number(format_: WrittenFormat) -> bool:
    """Whether it reads numbers as times."""
    times = set(TimeEncoding) - {TimeEncoding.RFC_3339}
    return isinstance(format_, DateFormat | TimestampFormat) and format_.ways[0] in times


def _limits(format_: WrittenFormat) -> tuple[date, date]:
    if isinstance(format_, DateFormat):
        return FIRST_LIKELY_DAY, LAST_LIKELY_DAY
    first, last = (datetime.fromisoformat(f"{day}T00:00:00Z") for day in (FIRST_LIKELY_DAY, LAST_LIKELY_DAY))
    return first, last


def _distinct(fitting: Sequence[tuple[Words, pl.Series]]) -> list[Words]:
    """The first words of each way to understand the texts."""
    kept: list[tuple[Words, pl.Series]] = []
    for words, values in fitting:
        if not any(values.equals(other) for _, other in kept):
            kept.append((words, values))
    return [words for words, _ in kept]


def _best(column: Column, texts: pl.Series, said: Words, zone: Words) -> list[Choice]:
    """The candidates that read most of the texts, with how many."""
    values = [(words, _values(column, texts, words, zone)) for words in CANDIDATES[column.logical_type]]
    counts = [(words, len(some) - some.null_count()) for words, some in values if some is not None]
    best = sorted((one for one in counts if one[1]), key=lambda one: -one[1])[:_MOST_CHOICES]
    return [Choice(f"{shown(words)} reads {count} of {len(texts)}", {**words, **said}) for words, count in best]
