"""What the diff says of edits of the shipped contracts: of each word of a contract, whom a change of it breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from contracts.columns import Column, LogicalTypeOptions
from contracts.contract import Contract
from contracts.diff.change import NOBODY, SOURCES, Change, Parties, verdict_of
from contracts.diff.changes import contract_changes
from contracts.lake_terms import Role, ServiceLevel
from contracts.quality import Quality
from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.tables import DatasetTable, GoldTable
from tests.contracts.diff import (
    api_cases,
    column_cases,
    deletion_cases,
    format_cases,
    lake_cases,
    option_cases,
    quality_cases,
    set_check_cases,
    source_cases,
    table_cases,
)
from tests.contracts.diff.edits import PURCHASES, QUANTITY, RETURNS, Case, contract_of, put, shipped

CASES = [
    *table_cases.CASES,
    *column_cases.CASES,
    *option_cases.CASES,
    *quality_cases.CASES,
    *set_check_cases.CASES,
    *source_cases.CASES,
    *deletion_cases.CASES,
    *api_cases.CASES,
    *format_cases.CASES,
    *lake_cases.CASES,
]
READ = (Contract, DatasetTable, GoldTable, Column, LogicalTypeOptions, Quality, Role, ServiceLevel)
READ_SOURCES = (DatabaseSource, ApiSource, FilesSource)
ONLY_ONE_VALUE = {"FilesSource.format", "Contract.kind"}


@pytest.fixture(scope="module")
def before() -> dict[str, Contract]:
    return {dataset: contract_of(shipped(dataset)) for dataset in (PURCHASES, RETURNS)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_every_change_is_told_with_whom_it_breaks(before: dict[str, Contract], case: Case) -> None:
    edited = shipped(case.dataset)
    case.edit(edited)

    after = contract_of(edited)

    found = contract_changes(before[case.dataset], after)

    assert found == case.changes
    assert verdict_of(found) is case.verdict
    assert bool(contract_changes(after, before[case.dataset])) == bool(found)


@pytest.mark.parametrize("dataset", [PURCHASES, RETURNS])
def test_a_contract_is_no_change_of_itself(before: dict[str, Contract], dataset: str) -> None:
    assert contract_changes(before[dataset], contract_of(shipped(dataset))) == ()


def fields(model: type[BaseModel]) -> Iterator[str]:
    """The model's fields, each with the class that declares it."""
    for name in model.model_fields:
        yield next(
            f"{owner.__name__}.{name}"
            for owner in reversed(model.__mro__)
            if name in vars(owner).get("__annotations__", {})
        )


def test_of_every_word_of_a_contract_it_was_decided_what_a_change_means() -> None:
    decided = {word for case in CASES for word in case.about.split()}

    words = {word for model in (*READ, *READ_SOURCES) for word in fields(model)}

    in_thresholds = {word for word in fields(Quality) if ".must_" in word} | {"Quality.unit"}
    assert words - decided == ONLY_ONE_VALUE | in_thresholds
    assert decided <= words


THRESHOLDS: list[tuple[dict[str, object], dict[str, object], Parties]] = [
    ({"mustBeLessThan": 5}, {"mustBeLessOrEqualTo": 5}, NOBODY),
    ({"mustBeLessOrEqualTo": 5}, {"mustBeLessThan": 5}, SOURCES),
    ({"mustBeBetween": [2, 8]}, {"mustBeGreaterOrEqualTo": 2}, NOBODY),
    ({"mustBeGreaterThan": 2}, {"mustBeBetween": [2, 8]}, SOURCES),
    ({"mustBe": 3}, {"mustNotBe": 4}, NOBODY),
    ({"mustNotBe": 4}, {"mustNotBeBetween": [3, 5]}, SOURCES),
    ({"mustBeLessThan": 5}, {"mustBeLessThan": 5, "unit": "percent"}, SOURCES),
]


@pytest.mark.parametrize(("was", "is_now", "breaks"), THRESHOLDS)
def test_a_threshold_that_allows_all_that_it_did_breaks_nobody(
    was: dict[str, object], is_now: dict[str, object], breaks: Parties
) -> None:
    contracts = []
    for words in (was, is_now):
        edited = shipped(RETURNS)
        put("schema.product_returns.properties.opened", quality=[{"name": "n", "metric": "nullValues", **words}])(
            edited
        )
        contracts.append(contract_of(edited))

    (change,) = contract_changes(*contracts)

    assert change.breaks == breaks


def test_a_stricter_warning_breaks_nobody() -> None:
    contracts = []
    for limit in (99, 9):
        edited = shipped(RETURNS)
        named = quality_cases.named_option("maximum", severity="warning")
        put(QUANTITY, logicalTypeOptions={"minimum": 1, "maximum": limit}, quality=[named])(edited)
        contracts.append(contract_of(edited))

    assert contract_changes(*contracts) == (
        Change(
            QUANTITY, "rule named has changed: was at most 99 (warning at silver), is at most 9 (warning at silver)"
        ),
    )


def test_a_change_reads_as_one_line() -> None:
    change = Change("schema.weekly_returns.properties.pieces", "is gone", SOURCES)

    assert str(change) == "breaking for sources: schema.weekly_returns.properties.pieces: is gone"
