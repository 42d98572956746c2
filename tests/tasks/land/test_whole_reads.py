"""An API that cannot be asked for what changed is read whole, and only what is new or changed lands."""

from __future__ import annotations

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import StructureError
from tasks.extract.api.client import RetryPolicy
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import from_api, landed
from tests.tasks.scripted_api import answer, declared_api, item, serve

pytestmark = pytest.mark.services

QUICK = RetryPolicy(first_wait_seconds=0.01, pace_seconds=0)


@pytest.fixture
def contract(contract: Contract) -> Contract:
    whole = declared_api(cursorField=None, overlapSeconds=None, pageRows=None, paging={"type": "page"}, rowsField="$")
    sources = tuple(whole if isinstance(source, ApiSource) else source for source in contract.sources)
    return contract.model_copy(update={"sources": sources})


def test_of_a_whole_that_is_read_again_only_what_changed_lands(contract: Contract, raw: RawContainer) -> None:
    with serve(answer([])) as api:
        ingest = from_api(contract, api.url, QUICK)

        def landed_of(*products: str) -> list[LoadRows]:
            rows = [item(number, "2026-02-01T12:00:00Z", product=name) for number, name in enumerate(products)]
            api.script[:] = [answer(rows[:2]), answer(rows[2:]), *([answer([])] if rows[2:] else [])]
            return [report.manifest.rows for report in ingest(raw)]

        assert landed_of("TV", "Rádio", "TV") == [LoadRows(extracted=3, landed=3)]
        assert landed_of("TV", "Rádio", "TV") == []
        assert landed_of("TV", "Fogão", "TV", "Sofá") == [LoadRows(extracted=2, landed=2)]
        assert landed_of("TV", "Rádio", "TV", "Sofá") == [LoadRows(extracted=1, landed=1)]
        assert landed_of("TV", "Rádio") == []
    assert landed(raw, "customers-api") == {"C0": 1, "C1": 3, "C2": 1, "C3": 1}
    assert not any("updated_since" in request for request in api.requests)


def test_what_was_refused_of_a_whole_is_read_again(contract: Contract, raw: RawContainer) -> None:
    with serve(answer([item(1)]), answer({"error": "down"}, 404)) as api:
        ingest = from_api(contract, api.url, QUICK)
        with pytest.raises(StructureError, match="status 404"):
            ingest(raw)
        api.script[:] = [answer([item(1)]), answer([])]
        assert [report.manifest.rows.landed for report in ingest(raw)] == [1]
