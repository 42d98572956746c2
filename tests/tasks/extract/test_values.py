"""Whatever text a source sends, it reads as a value or as nothing; no text stops the others."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.formats import LAST_INSTANT
from contracts.rules import Cpf, HasLength, Luhn, Matches, Parses, Present, Rule
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from tasks.extract.values import read
from tasks.validate.rules import accepts
from tests.packaged_contracts import CONTRACTS
from tests.vectors.date_vectors import ISO
from tests.vectors.number_vectors import DOLLAR, PLAIN, REAL
from tests.vectors.odd_texts import EVERY_FORMAT, TEXTS

CONTRACTS = [CONTRACTS.dataset(name) for name in ("customer_purchases", "product_returns")]


def _frame(texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"text": [*texts, "2026-01-31"]}, schema={"text": pl.String})


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=100))
def test_any_text_reads_as_a_value_or_as_nothing_in_every_format(texts: list[str]) -> None:
    read_as = [read(pl.col("text"), format_).alias(str(place)) for place, format_ in enumerate(EVERY_FORMAT)]
    values = _frame(texts).select(read_as)
    assert values.height == len(texts) + 1
    assert values[str(EVERY_FORMAT.index(ISO))][-1] == date(2026, 1, 31)
    for value in values.iter_columns():
        for one in value:  # every value has a place in Python's calendar and numbers
            assert one is None or isinstance(one, date | bool | int | float)
            assert not isinstance(one, datetime) or one <= LAST_INSTANT


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_every_rule_of_the_contracts_has_a_verdict_on_any_text(texts: list[str]) -> None:
    verdicts = [
        _verdict(contract, source, rule).alias(f"{contract.name}, {source.name}, {rule.label}")
        for contract in CONTRACTS
        for source in contract.sources
        for rule in contract.rules
    ]
    found = _frame(texts).select(verdicts)
    assert found.null_count().sum_horizontal().item() == 0


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_every_check_of_texts_has_a_verdict_on_any_text(texts: list[str]) -> None:
    checks = [Present(("-",)), Cpf(), Luhn(), HasLength(1, 3), Matches("[0-9]{2}")]
    verdicts = [accepts(c, pl.col("text"), None, date(2026, 1, 31)).alias(str(n)) for n, c in enumerate(checks)]
    assert _frame(texts).select(verdicts).null_count().sum_horizontal().item() == 0


@settings(max_examples=100, deadline=None)
@given(number=st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_a_number_that_is_written_as_the_source_writes_it_reads_as_itself(number: Decimal) -> None:
    for format_ in (PLAIN, DOLLAR, REAL):
        text = f"{number:,.2f}".replace(",", "_").replace(".", format_.notation.decimal)
        text = text.replace("_", format_.notation.grouping)
        assert pl.select(read(pl.lit(text), format_)).item() == float(number)
        assert pl.select(accepts(Parses(), pl.lit(text), format_, date(2026, 1, 31))).item()


def _verdict(contract: Contract, source: Source, rule: Rule) -> pl.Expr:
    format_ = written_format(contract.table.column(rule.column), source)
    return pl.all_horizontal(accepts(check, pl.col("text"), format_, date(2026, 1, 31)) for check in rule.checks)
