"""The polars renderer gives the verdicts that the shared vectors state."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from tasks.rules import accepts
from tasks.values import read_amount, read_date, read_timestamp
from tests.vectors.format_vectors import AMOUNTS, DATES, MISSING, NOT_BLANK, TIMESTAMPS
from tests.vectors.rule_vectors import INGESTION_DAY, RULE_VECTORS, RuleVectors


@pytest.mark.parametrize("vectors", RULE_VECTORS, ids=lambda vectors: vectors.name)
def test_check_accepts_and_rejects_as_the_shared_vectors_say(vectors: RuleVectors) -> None:
    texts = pl.DataFrame({"text": list(vectors.verdicts)}, schema={"text": pl.String})
    verdicts = texts.select(accepts(vectors.check, pl.col("text"), vectors.format, INGESTION_DAY)).to_series()
    assert dict(zip(vectors.verdicts, verdicts, strict=True)) == vectors.verdicts


@pytest.mark.parametrize("form", DATES)
def test_dates_read_as_the_shared_vectors_say(form: DateFormat) -> None:
    assert _read(read_date(pl.col("text"), form), DATES[form]) == _with_missing(DATES[form])


@pytest.mark.parametrize("form", AMOUNTS)
def test_amounts_read_as_the_shared_vectors_say(form: AmountFormat) -> None:
    expected = {text: None if amount is None else float(amount) for text, amount in AMOUNTS[form].items()}
    assert _read(read_amount(pl.col("text"), form), expected) == _with_missing(expected)


@pytest.mark.parametrize("form", TIMESTAMPS, ids=str)
def test_timestamps_read_as_the_shared_vectors_say(form: TimestampFormat) -> None:
    assert _read(read_timestamp(pl.col("text"), form), TIMESTAMPS[form]) == _with_missing(TIMESTAMPS[form])


def _with_missing(values: dict[str, object]) -> dict[str | None, object]:
    return {**values, **dict.fromkeys((*MISSING, *NOT_BLANK))}


def _read(expression: pl.Expr, values: dict[str, object]) -> dict[str | None, object]:
    texts = list(_with_missing(values))
    read = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(expression).to_series()
    return dict(zip(texts, read, strict=True))
