"""Texts mean at landing what the shared vectors say."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.formats import TextFormat
from tasks.extract.texts import meant
from tests.vectors.text_vectors import MEANINGS


@pytest.mark.parametrize("format_", MEANINGS, ids=str)
def test_a_text_means_what_the_shared_vectors_say(format_: TextFormat) -> None:
    texts = pl.DataFrame({"text": list(MEANINGS[format_])}, schema={"text": pl.String})
    found = texts.select(meant(pl.col("text"), format_)).to_series()
    assert dict(zip(MEANINGS[format_], found, strict=True)) == MEANINGS[format_]
