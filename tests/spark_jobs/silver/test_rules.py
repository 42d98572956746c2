"""The Spark renderer gives every shared vector its verdict."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import get_args

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as sf

from contracts.formats import BLANK_CHARACTERS
from contracts.rules import Check
from spark_jobs.silver.parsing import parse
from spark_jobs.silver.rules import Value, accepts, cpf_number, is_card_number
from spark_jobs.silver.texts import trimmed
from tests.spark_jobs.frames import text_frame
from tests.vectors.format_vectors import type_of
from tests.vectors.rule_vectors import INGESTION_DAY, RULE_VECTORS, RuleVectors

pytestmark = pytest.mark.spark

Verdicts = dict[str, dict[str | None, bool | None]]


@pytest.fixture(scope="module")
def verdicts(spark: SparkSession) -> Verdicts:
    """What every check says of every text of its vectors, by the vectors' name: one query for all."""
    texts = {text for vectors in RULE_VECTORS for text in vectors.verdicts}
    frame = text_frame(spark, texts).withColumn("trimmed", trimmed(sf.col("text")))
    rows = frame.select("text", *(_verdict(vectors).alias(vectors.name) for vectors in RULE_VECTORS)).collect()
    return {vectors.name: {row["text"]: row[vectors.name] for row in rows} for vectors in RULE_VECTORS}


def _verdict(vectors: RuleVectors) -> Column:
    text, blanks_removed = sf.col("text"), sf.col("trimmed")
    parsed = parse(blanks_removed, vectors.format, type_of(vectors.format)) if vectors.format else None
    value = Value(text, blanks_removed, parsed, cpf_number(text))
    return reduce(and_, (accepts(check, value, sf.lit(INGESTION_DAY)) for check in vectors.checks))


@pytest.mark.parametrize("vectors", RULE_VECTORS, ids=lambda vectors: vectors.name)
def test_accepts_and_rejects_exactly_the_shared_vectors(vectors: RuleVectors, verdicts: Verdicts) -> None:
    found = {text: verdicts[vectors.name][text] for text in vectors.verdicts}
    wrong = {text: verdict for text, verdict in found.items() if verdict is not vectors.verdicts[text]}
    assert wrong == {}


@pytest.mark.parametrize("vectors", RULE_VECTORS, ids=lambda vectors: vectors.name)
def test_a_verdict_is_never_null(vectors: RuleVectors, verdicts: Verdicts) -> None:
    assert None not in verdicts[vectors.name].values()


def test_vectors_cover_every_check() -> None:
    assert {type(check) for vectors in RULE_VECTORS for check in vectors.checks} == set(get_args(Check))


def test_a_number_is_read_whatever_blank_is_in_it(spark: SparkSession) -> None:
    places = ["{0}529{1}98224725", "529982247{1}25{0}", "52{0}9.982.247-25"]
    cards = ["{0}4111{1}111111111111", "411111111111{1}1111{0}", "4111{0}-1111-1111-1111"]
    blanks = [(blank, other) for blank in BLANK_CHARACTERS for other in ("", blank)]
    cpfs = text_frame(spark, [place.format(*pair) for place in places for pair in blanks])
    assert {row[0] for row in cpfs.select(cpf_number(sf.col("text"))).collect()} == {52998224725}
    numbers = text_frame(spark, [place.format(*pair) for place in cards for pair in blanks])
    assert {row[0] for row in numbers.select(is_card_number(sf.col("text"))).collect()} == {True}
