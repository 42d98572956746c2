"""What is text in a chunk: without blanks, missing or not, and as the source means it, as polars expressions."""

from __future__ import annotations

import polars as pl

from contracts.formats import BLANK_CHARACTERS, BLANKS, TextFormat
from contracts.formats.texts import Folding, folding


def trimmed(text: pl.Expr) -> pl.Expr:
    """The text without the blanks around it."""
    return text.str.strip_chars(BLANK_CHARACTERS)


def is_missing(text: pl.Expr) -> pl.Expr:
    """True for null, empty and blank texts; never null."""
    return trimmed(text).fill_null("") == ""


def digits_of(text: pl.Expr, separators: str) -> pl.Expr:
    """The text without blanks and the characters in `separators` (as they stand at the end of a regex class)."""
    return text.str.replace_all(f"[{BLANKS[1:-1]}{separators}]", "")


def well_formed(text: pl.Expr, pattern: str) -> pl.Expr:
    """The trimmed text, null where it does not match the pattern."""
    text = trimmed(text)
    return pl.when(text.str.contains(pattern)).then(text)


def meant(text: pl.Expr, format_: TextFormat) -> pl.Expr:
    """What the source means by the text: null where it stands for no value, else the value that it spells.

    >>> from contracts.formats.texts import known_spellings
    >>> stores = TextFormat(("-",), spellings=known_spellings({"RJ": "Rio de Janeiro"}, [], []))
    >>> pl.select(meant(pl.lit(pl.Series(["RJ", " - ", "Natal"])), stores)).to_series().to_list()
    ['Rio de Janeiro', None, 'Natal']
    """
    if format_ == TextFormat():
        return text
    value = text.str.strip_chars(format_.trim) if format_.trim else text
    if digits := format_.leading_zeros_to:
        bare = trimmed(value)
        is_short = bare.str.contains(f"^[0-9]{{1,{digits - 1}}}$")
        value = pl.when(is_short).then(bare.str.zfill(digits)).otherwise(value)
    cased = _folded(value, folding(case=format_.letter_case)) if format_.letter_case else value
    if format_.spellings:
        cased = pl.coalesce(_spelled(value, format_), cased)
    return pl.when(~trimmed(text).is_in(list(format_.null_texts))).then(cased) if format_.null_texts else cased


def _spelled(text: pl.Expr, format_: TextFormat) -> pl.Expr:
    meanings = {spelling: value for value, spellings in format_.spellings for spelling in spellings}
    folded = _folded(trimmed(text), format_.folding) if format_.ignoring else trimmed(text)
    return folded.replace_strict(meanings, default=None, return_dtype=pl.String)


def _folded(text: pl.Expr, letters: Folding) -> pl.Expr:
    return text.str.replace_many(list(letters.pairs), list(letters.pairs.values()))
