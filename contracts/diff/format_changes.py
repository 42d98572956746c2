"""How the formats of values changed that a source writes, and whether it must write otherwise for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contracts.columns import Column
from contracts.diff.change import NOBODY, SOURCES, Change, spelled
from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TextFormat, TimestampFormat, WrittenFormat
from contracts.sources.kinds import Source
from contracts.written_formats import text_format, written_format


def format_changes(path: str, was: tuple[Source, Column], is_now: tuple[Source, Column]) -> Iterator[Change]:
    """What changed of how a column of a source is read."""
    (source, column), (source_now, column_now) = was, is_now
    old, new = written_format(column, source), written_format(column_now, source_now)
    before, after = text_format(column, source), text_format(column_now, source_now)
    if old != new:
        text = f"{column_now.name} was read as {_described(old)}, is read as {_described(new)}"
        yield Change(path, text, NOBODY if _reads_all_of(old, new) else SOURCES)
    if before != after:
        text = f"{column_now.name} was read as {before}, is read as {after}"
        yield Change(path, text, NOBODY if _means_all_of(before, after) else SOURCES)


def _reads_all_of(old: WrittenFormat | None, new: WrittenFormat | None) -> bool:
    """Whether everything that was read in the first format is read in the second, as the same value."""
    match old, new:
        case _, None:
            return True
        case BooleanFormat(), BooleanFormat():
            return set(old.true) <= set(new.true) and set(old.false) <= set(new.false)
        case NumberFormat(), NumberFormat():
            decimals = new.decimals is None or (old.decimals is not None and old.decimals <= new.decimals)
            kept = old.notation == new.notation and old.is_integer >= new.is_integer
            return kept and decimals and old.whole_digits <= new.whole_digits
        case DateFormat(), DateFormat():
            return _tries_first(old, new)
        case TimestampFormat(), TimestampFormat():
            return _tries_first(old, new)
    return old == new


def _tries_first(old: DateFormat | TimestampFormat, new: DateFormat | TimestampFormat) -> bool:
    return new.ways[: len(old.ways)] == old.ways and old.zone in {None, new.zone}


def _means_all_of(old: TextFormat, new: TextFormat) -> bool:
    """Whether only spellings were added; a spelling that is new meant itself before, which is no value of a list."""
    before, after = ({(s, value) for value, many in each.spellings for s in many} for each in (old, new))
    return before <= after and replace(old, spellings=()) == replace(new, spellings=())


def _described(written: WrittenFormat | None) -> str:
    if isinstance(written, BooleanFormat):
        return f"{spelled(written.true)} for true, {spelled(written.false)} for false"
    return str(written or "text")
