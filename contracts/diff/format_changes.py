"""How the formats of values changed that a source writes, and whether it must write otherwise for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contracts.columns import Column
from contracts.diff.change import NOBODY, SOURCES, Change, spelled
from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TextFormat, TimestampFormat, WrittenFormat
from contracts.sources.kinds import Source
from contracts.written_formats import text_format, written_format

_Format = WrittenFormat | TextFormat | None


def format_changes(path: str, was: tuple[Source, Column], is_now: tuple[Source, Column]) -> Iterator[Change]:
    """What changed of how a column of a source is read."""
    (source, column), (source_now, column_now) = was, is_now
    formats: list[tuple[_Format, _Format]] = [
        (written_format(column, source), written_format(column_now, source_now)),
        (text_format(column, source), text_format(column_now, source_now)),
    ]
    for old, new in formats:
        if old != new:
            text = f"{column_now.name} was read as {_described(old)}, is read as {_described(new)}"
            yield Change(path, text, NOBODY if _reads_all_of(old, new) else SOURCES)


def _reads_all_of(old: _Format, new: _Format) -> bool:
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
        case (DateFormat(), DateFormat()) | (TimestampFormat(), TimestampFormat()):
            return new.ways[: len(old.ways)] == old.ways and old.zone in {None, new.zone}
        case TextFormat(), TextFormat():
            return _means_all_of(old, new)
    return old == new


def _means_all_of(old: TextFormat, new: TextFormat) -> bool:
    """Whether only spellings were added; a spelling that is new meant itself before, which is no value of a list."""
    before, after = ({(s, value) for value, many in each.spellings for s in many} for each in (old, new))
    return before <= after and replace(old, spellings=()) == replace(new, spellings=())


def _described(written: _Format) -> str:
    if isinstance(written, BooleanFormat):
        return f"{spelled(written.true)} for true, {spelled(written.false)} for false"
    return str(written or "text")
