"""What is text in a landed row: without blanks, and as its source means it. `tasks.extract.texts` reads the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.columns import Column as ContractColumn
from contracts.formats import BLANK_CHARACTERS, TextFormat
from contracts.formats.texts import Folding, folding
from contracts.sources.kinds import Source
from contracts.written_formats import text_format

_FIRST_PRINTED, _BEHIND_PRINTED = "!", "\x7f"
"""The characters of ASCII that are printed and no blanks are from the one until before the other, in UTF-8's order."""


def trimmed(text: Column) -> Column:
    """The text without the blanks around it; null when nothing else is there (a missing value).

    Trimming searches the list of blanks twice for every text, so only texts are trimmed that do not begin and end with
    what ASCII prints: nearly all do, and two comparisons tell.
    """
    last = sf.substring(text, -1, 1)
    has_no_blanks = reduce(and_, ((end >= _FIRST_PRINTED) & (end < _BEHIND_PRINTED) for end in (text, last)))
    return sf.when(has_no_blanks, text).otherwise(sf.nullif(sf.btrim(text, sf.lit(BLANK_CHARACTERS)), sf.lit("")))


def meant(text: Column, format_: TextFormat) -> Column:
    """What the source means by the text: null where it stands for no value, else the value that it spells."""
    value = sf.btrim(text, sf.lit(format_.trim)) if format_.trim else text
    if digits := format_.leading_zeros_to:
        bare = sf.btrim(value, sf.lit(BLANK_CHARACTERS))
        value = sf.when(bare.rlike(f"^[0-9]{{1,{digits - 1}}}$"), sf.lpad(bare, digits, "0")).otherwise(value)
    cased = _folded(value, folding(case=format_.letter_case)) if format_.letter_case else value
    if format_.spellings:
        cased = sf.coalesce(_spelled(value, format_), cased)
    if not format_.null_texts:
        return cased
    bare = sf.btrim(text, sf.lit(BLANK_CHARACTERS))
    return sf.when(~bare.isin(*format_.null_texts), cased)


def meant_by_source(text: Column, column: ContractColumn, source: Column, sources: Iterable[Source]) -> Column | None:
    """What the source that the column `source` names means by the text; None if every source means what it writes."""
    names_by_format: dict[TextFormat, list[str]] = {}
    for each in sources:
        names_by_format.setdefault(text_format(column, each), []).append(each.name)
    names_by_format.pop(TextFormat(), None)
    meaning = text
    for format_, names in names_by_format.items():
        meaning = sf.when(source.isin(names), meant(text, format_)).otherwise(meaning)
    return meaning if names_by_format else None


def _spelled(text: Column, format_: TextFormat) -> Column:
    bare = sf.btrim(text, sf.lit(BLANK_CHARACTERS))
    folded = _folded(bare, format_.folding) if format_.ignoring else bare
    return sf.coalesce(*(sf.when(folded.isin(*spellings), sf.lit(value)) for value, spellings in format_.spellings))


def _folded(text: Column, letters: Folding) -> Column:
    return sf.translate(text, letters.characters, letters.folded)
