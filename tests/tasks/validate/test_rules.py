"""The polars renderer gives the verdicts that the shared vectors state."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from contracts.formats import WrittenFormat
from tasks.extract.values import read
from tasks.validate.rules import accepts
from tests.vectors.format_vectors import FORMATS, MISSING, NOT_BLANK
from tests.vectors.rule_vectors import INGESTION_DAY, RULE_VECTORS, RuleVectors


@pytest.mark.parametrize("vectors", RULE_VECTORS, ids=lambda vectors: vectors.name)
def test_check_accepts_and_rejects_as_the_shared_vectors_say(vectors: RuleVectors) -> None:
    texts = pl.DataFrame({"text": list(vectors.verdicts)}, schema={"text": pl.String})
    verdicts = texts.select(
        pl.all_horizontal(accepts(check, pl.col("text"), vectors.format, INGESTION_DAY) for check in vectors.checks)
    ).to_series()
    assert dict(zip(vectors.verdicts, verdicts, strict=True)) == vectors.verdicts


@pytest.mark.parametrize("format_", FORMATS, ids=str)
def test_values_read_as_the_shared_vectors_say(format_: WrittenFormat) -> None:
    expected = {text: float(v) if isinstance(v, Decimal) else v for text, v in FORMATS[format_].items()}
    assert _read(read(pl.col("text"), format_), expected) == _with_missing(expected)


def _with_missing(values: dict[str, object]) -> dict[str | None, object]:
    return {**values, **dict.fromkeys((*MISSING, *NOT_BLANK))}


def _read(expression: pl.Expr, values: dict[str, object]) -> dict[str | None, object]:
    texts = list(_with_missing(values))
    read = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(expression).to_series()
    return dict(zip(texts, read, strict=True))
