"""What a run asks of the storage account depends on what is new, and not on ten years of loads before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.contract import Contract
from contracts.sources.files import ExpectedFiles, FilesSource
from contracts.sources.kinds import Source
from tasks.land.expected_files import missing_files
from tasks.land.landed import LandedLoads, read_landed, totals_since
from tests.contract_changes import with_each_source
from tests.tasks.branch_file import says
from tests.tasks.counted_storage import CountedStorage
from tests.tasks.ingestions import NOW, Ingest, from_source, new_container
from tests.tasks.past_loads import DAY, daily_name, repeat_database_load, repeat_files_load
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

Answer = TypeVar("Answer")
FEW = 20
HISTORIES = [200, pytest.param(3650, marks=pytest.mark.chaos)]
"""Days of daily loads; ten years of them take a minute to write."""


@dataclass(frozen=True)
class Requests:
    """What each step of a run asks for, in requests and names listed: nothing new, one new row, and the books."""

    nothing_new: Counter[str]
    one_new: Counter[str]
    books: Counter[str]


def _asked(requests: int, names_listed: int) -> Counter[str]:
    return Counter(requests=requests, names_listed=names_listed)


DATABASE = Requests(nothing_new=_asked(4, 1), one_new=_asked(9, 1), books=_asked(9, 4))
FOLDER = Requests(nothing_new=_asked(5, 2), one_new=_asked(16, 2), books=_asked(16, 11))
"""As docs/scale.md has them; seven names that the folder's books list are those of a week's expected files."""


def _requests(
    contract: Contract, source_name: str, raw: CountedStorage, ingest: Ingest, add: Callable[[], object]
) -> tuple[Requests, LandedLoads]:
    """Count while nothing is new and then one row; with what the books say of the source after that."""
    source = contract.source(source_name)

    def counted(step: Callable[[], Answer]) -> tuple[Counter[str], Answer]:
        raw.requests = raw.names_listed = 0
        answer = step()
        return _asked(raw.requests, raw.names_listed), answer

    nothing_new, reports = counted(lambda: ingest(raw))
    assert reports == []
    add()
    one_new, (report,) = counted(lambda: ingest(raw))
    assert report.manifest.rows.landed == 1
    books, landed = counted(lambda: read_landed(raw, contract, source, "run", NOW))
    missing, found = counted(lambda: missing_files(raw, contract, source, NOW.date()))
    assert found == {}
    meanwhile, totals = counted(lambda: totals_since(raw, contract, source, landed.sequence))
    assert totals == []
    return Requests(nothing_new, one_new, books + missing + meanwhile), landed


@pytest.mark.parametrize("days", HISTORIES)
def test_a_database_s_run_asks_as_much_after_years_of_daily_loads(
    contract: Contract, store: StoreDatabase, storage: str, days: int
) -> None:
    def run_after(days: int) -> tuple[Requests, LandedLoads]:
        raw = CountedStorage(new_container(storage))
        store.run("DELETE FROM purchases")
        store.add(1, (NOW - days * DAY).isoformat())
        from_source(contract, "store-database", store.url, run_id="past", now=NOW - days * DAY)(raw)
        repeat_database_load(raw, contract, days)
        ingest = from_source(contract, "store-database", store.url, now=NOW)
        return _requests(contract, "store-database", raw, ingest, lambda: store.add(2, NOW.isoformat()))

    (few, _), (many, landed) = run_after(FEW), run_after(days)
    assert many == few == DATABASE
    assert (landed.sequence, landed.totals.landed, landed.rows.landed) == (days + 1, days + 1, 1)


@pytest.mark.parametrize("days", HISTORIES)
def test_a_folder_s_run_asks_as_much_after_years_of_daily_files(
    contract: Contract, tmp_path: Path, storage: str, days: int
) -> None:
    expecting = with_each_source(contract, _expecting_daily_files)

    def run_after(days: int) -> tuple[Requests, LandedLoads]:
        raw, folder = CountedStorage(new_container(storage)), tmp_path / str(days)
        folder.mkdir()
        says(folder / daily_name(NOW - days * DAY), "past-1", at=1)
        land = partial(from_source, expecting, "branch-files", folder.as_uri())
        land(run_id="past", now=NOW - days * DAY)(raw)
        repeat_files_load(raw, expecting, folder, days)
        return _requests(
            expecting, "branch-files", raw, land(now=NOW), lambda: says(folder / daily_name(NOW), "new", at=days + 1)
        )

    (few, _), (many, landed) = run_after(FEW), run_after(days)
    assert many == few == FOLDER
    assert (landed.sequence, landed.totals.landed, landed.rows.landed) == (days + 1, days + 1, 1)


def _expecting_daily_files(source: Source) -> Source:
    if not isinstance(source, FilesSource):
        return source
    expected = ExpectedFiles(names=("{yyyy-MM-dd}.csv",), since=(NOW - FEW * DAY).date(), days=7)
    return source.model_copy(update={"expected_files": expected})
