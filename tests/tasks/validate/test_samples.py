"""Samples of what broke a rule show its shape, a few of each rule, and nothing of whose it is."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from contracts.contract import Contract
from tasks.validate.samples import more_samples, shape
from tasks.validate.schema import landing_schema
from tasks.validate.split import validate
from tests.tasks.rows import chunk
from tests.vectors.shape_vectors import SHAPES


@pytest.mark.parametrize(("text", "shaped"), SHAPES)
def test_a_shape_is_that_of_the_shared_vectors(text: str | None, shaped: str) -> None:
    assert pl.DataFrame({"text": [text]}, {"text": pl.String}).select(shape(pl.col("text"))).item() == shaped


def rejected(contract: Contract, *rows: dict[str, str | None]) -> pl.DataFrame:
    schema = landing_schema(contract, contract.source("store-database"), date(2026, 11, 25))
    return validate(chunk(contract, *rows), schema).rejected


def test_three_shapes_of_each_rule_are_kept_whatever_chunk_they_come_in(contract: Contract) -> None:
    first = rejected(contract, {"customer_id": None}, {"purchase_date": "1/2"}, {"purchase_date": "3/4"})
    samples = more_samples({}, first, contract)
    assert samples == {"customer_id: required": ("",), "purchase_date: type": ("9/9",)}
    further = rejected(contract, *({"purchase_date": text} for text in ("5/6", "nunca", "2026", "amanhã")))
    assert more_samples(samples, further, contract) == {
        "customer_id: required": ("",),
        "purchase_date: type": ("9/9", "aaaaa", "9999"),
    }
