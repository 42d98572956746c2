"""Runs of one source at the same time take turns: each row is landed once, and who lost a turn leaves nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from contracts.raw_layout import COLUMNS, MANIFESTS, newest_first
from tasks.errors import ConcurrentLoad
from tasks.land.ingest import TURNS, LoadReport
from tasks.land.manifests import Manifest, manifest_prefix, manifests
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import branch_file
from tests.tasks.ingestions import Ingest, from_api, from_database, from_files, landed
from tests.tasks.scripted_api import item, page, serve
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

ROWS = TURNS - 1
"""Each a file of its own in a folder: another run can cost a run that many turns at most, and it has one more."""


@dataclass(frozen=True)
class Growing:
    """A source of one kind: its name, how it is ingested, and how customer C‹number› buys something."""

    name: str
    ingest: Ingest
    add: Callable[[int], object]


@pytest.fixture(params=["files", "api", "database"])
def source(request: pytest.FixtureRequest, contract: Contract, folder: Path) -> Iterator[Growing]:
    if request.param == "files":
        yield Growing(
            "branch-files",
            from_files(contract, folder),
            lambda number: branch_file(folder / f"{number}.csv", {"customer_id": f"C{number}"}),
        )
    elif request.param == "database":
        store: StoreDatabase = request.getfixturevalue("store")
        ingest = from_database(contract, store)
        yield Growing("store-database", ingest, lambda number: store.add(number, f"2026-02-01 10:{number:02}Z"))
    else:
        items: list[Any] = []

        def all_items(handler: BaseHTTPRequestHandler) -> None:
            page(*items)(handler)

        with serve(all_items) as api:
            yield Growing(
                "customers-api",
                from_api(contract, api.url),
                lambda number: items.append(item(number, f"2026-02-01T10:{number:02}:00Z")),
            )


class AboutToCommit(RawContainer):
    """The real container; `before` is called whenever a load is about to be committed."""

    def __init__(self, client: ContainerClient, before: Callable[[], object]) -> None:
        super().__init__(client)
        self._before = before

    def create(self, name: str, content: bytes) -> bool:
        if name.startswith(MANIFESTS):
            self._before()
        return super().create(name, content)


def _meet_once(together: threading.Barrier) -> Callable[[], object]:
    met: list[int] = []
    return lambda: met or met.append(together.wait(timeout=30))


def _committed(contract: Contract, container: ContainerClient, source: Growing) -> list[Manifest]:
    """The source's loads, the first one first; nothing else is to be seen in the container."""
    raw, found = RawContainer(container), contract.source(source.name)
    loads = list(manifests(raw, contract, found))[::-1]
    prefix = manifest_prefix(contract, found)
    visible = {name for name in raw.names("") if not name.startswith(COLUMNS) and "/folder/" not in name}
    assert visible == {blob.name for load in loads for blob in load.blobs} | {
        f"{prefix}{newest_first(load.sequence)}.json" for load in loads
    }
    for load in loads:
        assert {(raw.metadata(blob.name) or {})["load_id"] for blob in load.blobs} == {load.load_id}
    return loads


def test_both_of_two_runs_complete_and_every_row_is_landed_once(
    contract: Contract, source: Growing, container: ContainerClient
) -> None:
    for number in range(ROWS):
        source.add(number)
    together = threading.Barrier(2)

    def run(_: int) -> list[LoadReport]:
        return source.ingest(AboutToCommit(container, _meet_once(together)))

    with ThreadPoolExecutor(2) as pool:
        reports = [report for reports in pool.map(run, range(2)) for report in reports if not report.recovered]
    loads = _committed(contract, container, source)
    assert [load.sequence for load in loads] == list(range(1, len(loads) + 1))
    assert sorted(report.manifest.load_id for report in reports) == sorted(load.load_id for load in loads)
    assert landed(RawContainer(container), source.name) == {f"C{number}": 1 for number in range(ROWS)}


def test_a_run_that_lost_a_turn_lands_what_the_other_left(
    contract: Contract, source: Growing, container: ContainerClient
) -> None:
    raw, overtaken = RawContainer(container), []

    def overtake() -> None:
        if not overtaken:
            overtaken.extend(source.ingest(raw))
            source.add(2)

    source.add(1)
    (report,) = source.ingest(AboutToCommit(container, overtake))
    assert [load.load_id for load in _committed(contract, container, source)] == [
        overtaken[0].manifest.load_id,
        report.manifest.load_id,
    ]
    assert landed(raw, source.name) == {"C1": 1, "C2": 1}


def test_a_run_that_loses_all_its_turns_gives_up_and_leaves_nothing_of_its_own(
    contract: Contract, source: Growing, container: ContainerClient
) -> None:
    raw, numbers = RawContainer(container), [1]

    def overtake() -> None:
        source.ingest(raw)
        numbers.append(len(numbers) + 1)
        source.add(numbers[-1])

    source.add(1)
    with pytest.raises(ConcurrentLoad, match=rf"another run landed load \d+ of {source.name} first; run again to land"):
        source.ingest(AboutToCommit(container, overtake))
    *others, left = numbers
    assert len(_committed(contract, container, source)) == len(others) >= TURNS
    assert landed(raw, source.name) == {f"C{number}": 1 for number in others}
    source.ingest(raw)
    assert landed(raw, source.name)[f"C{left}"] == 1


def test_both_of_two_runs_complete_however_many_files_there_are(
    contract: Contract, folder: Path, container: ContainerClient
) -> None:
    for number in range(12):
        branch_file(folder / f"{number:02}.csv", {"customer_id": f"C{number}"})
    together, ingest = threading.Barrier(2), from_files(contract, folder)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: ingest(AboutToCommit(container, _meet_once(together))), range(2)))
    assert landed(RawContainer(container), "branch-files") == {f"C{number}": 1 for number in range(12)}
