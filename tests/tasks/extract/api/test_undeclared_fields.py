"""Fields of an API's items that the contract does not know: one JSON object, and their names."""

from __future__ import annotations

import pytest

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.api import ApiSource
from tasks.extract.api.client import ApiClient
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import Window
from tasks.extract.undeclared import undeclared_as_json, undeclared_names
from tests.tasks.scripted_api import customers_api, item, page, serve

pytestmark = pytest.mark.services

EVERYTHING = Window()


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _undeclared(contract: Contract, source: ApiSource, url: str) -> list[tuple[str, ...]]:
    """What each chunk names."""
    with ApiClient(source, url, {"key": "key"}) as client:
        return [undeclared_names(chunk) for chunk in extract_api(contract, client, EVERYTHING, chunk_rows=2)]


def test_fields_that_the_contract_does_not_know_are_read_as_one_object(contract: Contract, source: ApiSource) -> None:
    extra = item(1, voucher="A1", extra={"colour": "red", "cpf": "529.982.247-25"}) | {"\ud800": 1}
    nested = item(2, customer=item(2)["customer"] | {"nickname": "Ana"})
    odd = {"purchaseId": ["no key"], "seller": "Bia"}
    with serve(page(extra, nested), page(odd), page(item(3))) as api:
        assert _undeclared(contract, source, api.url) == [("customer.nickname", "extra", "voucher", "·ud800")]
        assert _undeclared(contract, source, api.url) == [("seller",)]
        assert _undeclared(contract, source, api.url) == [()]
    with serve(page(extra, nested, odd)) as api, ApiClient(source, api.url, {"key": "key"}) as client:
        (chunk,) = extract_api(contract, client, EVERYTHING)
    assert undeclared_as_json(chunk)[UNDECLARED].to_list() == [
        '{"voucher":"A1","extra":{"colour": "red", "cpf": "529.982.247-25"},"\\\\ud800":"1"}',
        '{"customer.nickname":"Ana"}',
        '{"seller":"Bia"}',
    ]


@pytest.mark.parametrize("ignored", ["customer.nickname", "customer"])
def test_fields_that_the_entry_ignores_are_not_named(contract: Contract, source: ApiSource, ignored: str) -> None:
    ignoring = source.model_copy(update={"ignored_fields": (ignored, "extra")})
    items = item(1, extra={"colour": "red"}, extras=1), item(2, customer={"id": "7", "nickname": "Ana"})
    with serve(page(*items)) as api:
        assert _undeclared(contract, ignoring, api.url) == [("extras",)]
