"""Shows what texts look like without showing them: they may be anybody's name, number or address."""

from __future__ import annotations

import polars as pl

PATTERNS_SHOWN = 3
LONGEST_PATTERN = 40
MISSING = "‹nothing›"


def pattern_of(text: pl.Expr) -> pl.Expr:
    """The texts with `9` for every digit, `A` and `a` for upper-case and other letters, cut off after 40 characters.

    >>> pl.select(pattern_of(pl.lit("31 jan. 2026, São"))).item()
    '99 aaa. 9999, Aaa'
    """
    masked = text.str.replace_all(r"\p{N}", "9").str.replace_all(r"\p{Lu}", "A").str.replace_all(r"[\p{L}--A]", "a")
    return masked.str.head(LONGEST_PATTERN)


def common_patterns(texts: pl.Series) -> tuple[str, ...]:
    """The commonest patterns of the texts, the commonest first; blanks and null look like nothing."""
    name = "pattern"
    masked = pl.select(pattern_of(pl.lit(texts)).alias(name)).to_series()
    shown = masked.fill_null("").str.strip_chars().replace("", MISSING)
    counts = shown.value_counts().sort("count", name, descending=[True, False])
    return tuple(counts[name].head(PATTERNS_SHOWN))
