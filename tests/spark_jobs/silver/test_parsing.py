"""Texts read as the values that the shared vectors say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from contracts.contract import Contract
from contracts.formats import BLANK_CHARACTERS, WrittenFormat
from spark_jobs.silver.parsing import parse, parse_by_source
from spark_jobs.silver.texts import meant, trimmed
from tasks.extract.values import read
from tests.spark_jobs.frames import frame, text_frame
from tests.vectors.format_vectors import FORMATS, MISSING, NOT_BLANK, type_of
from tests.vectors.odd_texts import EVERY_FORMAT, TEXTS
from tests.vectors.text_vectors import MEANINGS

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def values(spark: SparkSession) -> dict[WrittenFormat, dict[str | None, Any]]:
    """What every text of every format reads as in each of them: one query for all."""
    texts = {*MISSING, *(text for vectors in FORMATS.values() for text in vectors)}
    landed = text_frame(spark, texts)
    columns = [
        parse(trimmed(sf.col("text")), format_, type_of(format_)).alias(str(place))
        for place, format_ in enumerate(FORMATS)
    ]
    rows = landed.select("text", *columns).collect()
    return {format_: {row["text"]: row[str(place)] for row in rows} for place, format_ in enumerate(FORMATS)}


@pytest.mark.parametrize("format_", FORMATS, ids=str)
def test_reads_the_values_of_the_shared_vectors(
    format_: WrittenFormat, values: dict[WrittenFormat, dict[str | None, Any]]
) -> None:
    found = {text: _instant(values[format_][text]) for text in FORMATS[format_]}
    assert found == FORMATS[format_]


@pytest.mark.parametrize("format_", FORMATS, ids=str)
def test_missing_text_reads_as_nothing(
    format_: WrittenFormat, values: dict[WrittenFormat, dict[str | None, Any]]
) -> None:
    assert [values[format_][text] for text in MISSING] == [None] * len(MISSING)


def test_trimmed_removes_every_blank_and_no_other_character(spark: SparkSession) -> None:
    texts = [*MISSING, *NOT_BLANK, "\u3000a b\xa0", "\u200ba\n"]
    rows = text_frame(spark, texts).select(trimmed(sf.col("text"))).collect()
    assert [row[0] for row in rows] == [*[None] * len(MISSING), *NOT_BLANK, "a b", "\u200ba"]


def test_trimmed_knows_every_character_by_its_ends(spark: SparkSession) -> None:
    texts = [text for point in range(0x3100) for text in (f"{chr(point)}a", f"a{chr(point)}")]
    rows = text_frame(spark, texts).select("text", trimmed(sf.col("text")).alias("trimmed")).collect()
    assert [row for row in rows if row["trimmed"] != row["text"].strip(BLANK_CHARACTERS)] == []


def test_texts_mean_what_the_shared_vectors_say(spark: SparkSession) -> None:
    texts = {text for vectors in MEANINGS.values() for text in vectors}
    columns = [meant(sf.col("text"), format_).alias(str(place)) for place, format_ in enumerate(MEANINGS)]
    found = {row["text"]: row for row in text_frame(spark, texts).select("text", *columns).collect()}
    for place, vectors in enumerate(MEANINGS.values()):
        assert {text: found[text][str(place)] for text in vectors} == vectors


def test_each_row_is_read_in_the_format_of_its_source(spark: SparkSession, contract: Contract) -> None:
    landed = frame(
        spark,
        [
            ("store-database", "2026-02-03", "1234.5"),
            ("branch-files", "03/02/2026", "R$ 1.234,50"),
            ("branch-files", "2026-02-03", "1234.50"),
            ("customers-api", "03/02/2026", "1.234,50"),
            ("nobody", "2026-02-03", "1234.50"),
            (None, "2026-02-03", "1234.50"),
        ],
        "source string, day string, amount string",
    )
    columns = {column.name: column for column in contract.columns}
    day = parse_by_source(sf.col("day"), columns["purchase_date"], sf.col("source"), contract.sources)
    amount = parse_by_source(sf.col("amount"), columns["total_amount"], sf.col("source"), contract.sources)
    read = (date(2026, 2, 3), Decimal("1234.50"))
    nothing = (None, None)
    assert landed.select(day, amount).collect() == [read, read, nothing, nothing, nothing, nothing]


def test_any_text_reads_as_at_landing_in_every_format(spark: SparkSession) -> None:
    """No text stops the others, and no two engines read one differently."""
    texts: set[str] = set()

    @settings(max_examples=600, deadline=None, database=None)
    @given(text=TEXTS)
    def collect(text: str) -> None:
        texts.add(text)

    collect()
    columns = [
        parse(trimmed(sf.col("text")), format_, type_of(format_)).alias(str(place))
        for place, format_ in enumerate(EVERY_FORMAT)
    ]
    found = {row["text"]: row for row in text_frame(spark, texts).select("text", *columns).collect()}
    landing = [read(pl.col("text"), format_).alias(str(place)) for place, format_ in enumerate(EVERY_FORMAT)]
    landed = pl.DataFrame({"text": sorted(texts)}).select("text", *landing)
    differences = [
        (text, EVERY_FORMAT[place], silver, value)
        for text, *values in landed.iter_rows()
        for place, value in enumerate(values)
        if (silver := _comparable(found[text][str(place)])) != value
    ]
    assert differences == []


def _comparable(value: Any) -> Any:
    """Landing has no decimals."""
    return float(value) if isinstance(value, Decimal) else _instant(value)


def _instant(value: Any) -> Any:
    """A timestamp comes back as local time without a zone: say which instant it is."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
