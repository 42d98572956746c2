"""An API's item may lack a field; that the field itself is gone is told once enough items lack it, and only then."""

from __future__ import annotations

import json
import logging
from functools import reduce
from itertools import islice
from operator import getitem
from typing import Any

import pytest

from contracts.contract import Contract
from contracts.raw_layout import QUARANTINE
from tasks.errors import StructureError
from tasks.land.ingest import LoadReport
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import from_api, landed
from tests.tasks.scripted_api import customers_api, item, page, serve

pytestmark = pytest.mark.services

LARGE = 5
"""So many items make a large load here; the contract's default is 100."""

_numbers = iter(range(1, 10_000))


@pytest.fixture
def contract(contract: Contract) -> Contract:
    return _with_source(contract, missing_field_rows=LARGE)


def _with_source(contract: Contract, **changes: object) -> Contract:
    """The contract with these words of its API source."""
    changed = customers_api(contract).model_copy(update=changes)
    sources = tuple(changed if source.name == changed.name else source for source in contract.sources)
    return contract.model_copy(update={"sources": sources})


def _items(count: int, without: str = "") -> list[Any]:
    """So many items, each changed later than those before, that lack the field."""
    numbers = islice(_numbers, count)
    items = [json.loads(json.dumps(item(n, f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z"))) for n in numbers]
    *way, last = without.split(".")
    for found in items:
        reduce(getitem, way, found).pop(last, None)
    return items


def _load(contract: Contract, raw: RawContainer, items: list[Any]) -> list[LoadReport]:
    with serve(page(*items)) as api:
        return from_api(contract, api.url)(raw)


def _columns_met(report: LoadReport) -> set[str]:
    return set(report.manifest.read_so_far.columns_met)


def test_increments_that_leave_out_a_field_land(contract: Contract, raw: RawContainer) -> None:
    (first,) = _load(contract, raw, _items(LARGE))
    assert _columns_met(first) == set(contract.column_names)
    for field in ("payment.cardNumber", "store", "product"):
        (report,) = _load(contract, raw, _items(1, without=field))
        assert report.manifest.rows == LoadRows(extracted=1, landed=1)
        assert _columns_met(report) == _columns_met(first)


@pytest.mark.parametrize("field", ["payment.cardNumber", "store.location", "product"])
def test_a_field_that_a_large_load_lacks_though_an_earlier_one_had_it_is_told(
    contract: Contract, raw: RawContainer, field: str
) -> None:
    _load(contract, raw, _items(1))
    _load(contract, raw, _items(1, without=field))
    before = landed(raw, "customers-api")
    with pytest.raises(StructureError, match=f"none of {LARGE} items of customers-api has {field}, .* fieldPaths"):
        _load(contract, raw, _items(LARGE, without=field))
    assert landed(raw, "customers-api") == before
    assert len(_load(contract, raw, _items(LARGE - 1, without=field))) == 1


def test_a_field_that_is_null_is_there(contract: Contract, raw: RawContainer) -> None:
    _load(contract, raw, _items(1))
    cash = [one | {"payment": one["payment"] | {"cardNumber": None}} for one in _items(LARGE)]
    (report,) = _load(contract, raw, cash)
    assert report.manifest.rows.landed == LARGE


def test_a_first_large_load_may_lack_what_the_contract_does_not_require(
    contract: Contract, raw: RawContainer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        (report,) = _load(contract, raw, _items(LARGE, without="payment.cardNumber"))
    assert "has payment.cardNumber: right if no item has it yet" in caplog.text
    assert "credit_card_number" not in _columns_met(report)
    assert len(_load(contract, raw, _items(LARGE, without="payment.cardNumber"))) == 1


@pytest.mark.parametrize("field", ["customer.cpf", "purchasedOn", "purchaseId", "updatedAt", "customer"])
def test_a_large_first_load_without_what_is_required_is_told(contract: Contract, raw: RawContainer, field: str) -> None:
    with pytest.raises(StructureError, match=rf"none of {LARGE} items .* has .*{field}"):
        _load(contract, raw, _items(LARGE, without=field))
    assert list(raw.names("")) == []


@pytest.mark.parametrize(
    ("field", "reasons"),
    [
        ("customer.cpf", {"cpf: cpf_valid", "cpf: required"}),
        ("customer.id", {"customer_id: required"}),
        ("purchaseId", {"row: malformed"}),
    ],
)
def test_a_single_item_without_what_is_required_is_quarantined_for_that(
    contract: Contract, raw: RawContainer, field: str, reasons: set[str]
) -> None:
    (report,) = _load(contract, raw, [*_items(1), *_items(1, without=field), *_items(1)])
    assert report.manifest.rows == LoadRows(extracted=3, landed=2, quarantined=1)
    assert set(report.manifest.quarantined_by_rule) <= reasons
    assert report.manifest.quarantined_by_rule


def test_a_source_may_lack_its_optional_columns(contract: Contract, raw: RawContainer) -> None:
    _load(contract, raw, _items(1))
    cash_only = _with_source(contract, optional_columns=("credit_card_number",))
    (report,) = _load(cash_only, raw, _items(LARGE, without="payment.cardNumber"))
    assert report.manifest.rows.landed == LARGE


def test_a_field_path_that_was_mended_wrongly_is_told(contract: Contract, raw: RawContainer) -> None:
    _load(contract, raw, _items(1))
    paths = customers_api(contract).field_paths | {"credit_card_number": "payment.card"}
    with pytest.raises(StructureError, match=r"has payment\.card, "):
        _load(_with_source(contract, field_paths=paths), raw, _items(LARGE))


def test_items_at_fault_are_quarantined_with_their_text_once_and_the_others_land(
    contract: Contract, raw: RawContainer
) -> None:
    good, odd = _items(2), ["odd", {"a": 1}]
    (report,) = _load(contract, raw, [good[0], *odd, good[1]])
    assert report.manifest.rows == LoadRows(extracted=4, landed=2, quarantined=2)
    (name,) = raw.names(f"{QUARANTINE}/customer_purchases/customers-api/")
    rows = [json.loads(line) for line in raw.read(name).decode().splitlines()]
    assert [(row["_fault"], row["_source_text"]) for row in rows] == [
        ("the item is not an object", '"odd"'),
        ("purchaseId is missing", '{"a": 1}'),
    ]
    assert _load(contract, raw, [*good, *odd]) == []
    (again,) = _load(contract, raw, [{"a": 2}])
    assert again.manifest.rows == LoadRows(extracted=1, quarantined=1)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_the_calendar_stops_no_load(contract: Contract, raw: RawContainer, time: str) -> None:
    for number in range(3):
        (report,) = _load(contract, raw, [item(0, time), item(number + 1, f"2026-02-03T00:00:0{number}Z")])
        assert report.manifest.rows.extracted == (1 if number else 2)
