"""Shapes of a few values that broke a landing rule."""

from __future__ import annotations

from functools import reduce

import polars as pl

from contracts.contract import Contract
from contracts.shapes import REPLACEMENTS, SAMPLES, SHAPE_CHARACTERS, Samples, merged
from tasks.validate.split import REASONS


def shape(text: pl.Expr) -> pl.Expr:
    """The text with its letters and digits made alike (`contracts.shapes`)."""
    start = text.fill_null("").str.slice(0, SHAPE_CHARACTERS)
    return reduce(lambda shaped, pair: shaped.str.replace_all(*pair), REPLACEMENTS, start)


def more_samples(samples: Samples, rejected: pl.DataFrame, contract: Contract) -> Samples:
    """The samples, with those of rejected rows (`tasks.validate.split`) for rules that have too few as yet."""
    columns = {rule.label: rule.column for rule in contract.rules if rule.column in rejected.columns}
    broken = set(rejected[REASONS].explode(empty_as_null=False).unique()) & columns.keys()
    found = {
        label: tuple(
            rejected.lazy()
            .filter(pl.col(REASONS).list.contains(label))
            .head(SAMPLES)
            .select(shape(pl.col(columns[label])))
            .collect()
            .to_series()
        )
        for label in sorted(broken)
        if len(samples.get(label, ())) < SAMPLES
    }
    return merged(samples, found)
