"""A database whose connection is lost in mid-stream: nothing of the load is seen, and the next run lands it once."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import SourceUnavailable
from tasks.land.raw_container import RawContainer
from tests.tasks.cutting_proxy import cutting_proxy
from tests.tasks.ingestions import contents, from_database, from_source, landed_rows
from tests.tasks.store_database import StoreDatabase

pytestmark = [pytest.mark.services, pytest.mark.chaos]

SOURCE = "store-database"
LOST = r"^reading public\.purchases of store-database failed"
PRODUCT = "TV “ç” " + "x" * 300
LOAD_ROWS = 30_000
"""With their products more than all buffers between server and client hold, so that the server is still writing."""


def _fill(store: StoreDatabase, first: int, last: int, minute: int) -> None:
    store.run(
        "INSERT INTO purchases (purchase_id, customer_id, purchase_date, total_amount, product, cpf, updated_at) "
        f"SELECT n, 'C' || n, '2026-01-31', n + 0.5, '{PRODUCT}', '529.982.247-25', '2026-02-01 10:{minute}Z' "
        f"FROM generate_series({first}, {last}) n"
    )


def _rows(first: int, last: int, minute: int, product: str = PRODUCT) -> list[dict[str, str | None]]:
    """What is to be landed of the rows that `_fill` makes."""
    absent = dict.fromkeys(("first_name", "last_name", "email", "store_location", "credit_card_number"))
    return [
        absent
        | {
            "customer_id": f"C{number}",
            "purchase_date": "2026-01-31",
            "total_amount": f"{number}.50",
            "product": product,
            "cpf": "529.982.247-25",
            "updated_at": f"2026-02-01T10:{minute:02}:00.000000Z",
        }
        for number in range(first, last + 1)
    ]


class _Losing(RawContainer):
    """The real container; before the first part of a load is staged, the database's connections are ended."""

    def __init__(self, client: ContainerClient, store: StoreDatabase) -> None:
        super().__init__(client)
        self._store = store
        self.ended = 0

    def stage(self, name: str, content: bytes) -> None:
        if not self.ended:
            self.ended += 1
            self._store.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        super().stage(name, content)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.land.parts.PART_BYTES", 500_000)
    monkeypatch.setattr("tasks.extract.database.rows.BATCH_BYTES", 100_000)


@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
def test_a_connection_that_is_cut_in_mid_stream_lands_nothing_and_the_next_run_everything_once(
    contract: Contract, store: StoreDatabase, raw: RawContainer, resets: bool
) -> None:
    _fill(store, 1, 10, minute=0)
    from_database(contract, store)(raw)
    before = contents(raw)
    _fill(store, 11, 5000, minute=30)
    parts = urlsplit(store.url)
    with cutting_proxy((parts.hostname or "", parts.port or 0), 1_000_000, resets=resets) as proxy:
        ingest = from_source(contract, SOURCE, store.url.replace(f":{parts.port}/", f":{proxy.port}/"))
        with pytest.raises(SourceUnavailable, match=LOST):
            ingest(raw)
        assert contents(raw) == before
        store.run("UPDATE purchases SET product = 'Rádio', updated_at = '2026-02-01 10:45Z' WHERE purchase_id <= 20")
        (report,) = ingest(raw)
        assert ingest(raw) == []
    assert proxy.cuts == 1
    assert report.manifest.rows.landed == 5000
    expected = [*_rows(1, 10, 0), *_rows(21, 5000, 30), *_rows(1, 20, 45, "Rádio")]
    assert landed_rows(raw, SOURCE) == expected


def test_a_session_that_an_administrator_ends_in_mid_stream_lands_nothing_and_the_next_run_everything_once(
    contract: Contract, store: StoreDatabase, container: ContainerClient
) -> None:
    _fill(store, 1, LOAD_ROWS, minute=30)
    losing = _Losing(container, store)
    with pytest.raises(SourceUnavailable, match=LOST):
        from_database(contract, store)(losing)
    raw = RawContainer(container)
    assert losing.ended == 1
    assert list(raw.names("")) == []
    (report,) = from_database(contract, store)(raw)
    assert report.manifest.rows.landed == LOAD_ROWS
    assert landed_rows(raw, SOURCE) == _rows(1, LOAD_ROWS, 30)
    assert from_database(contract, store)(raw) == []
