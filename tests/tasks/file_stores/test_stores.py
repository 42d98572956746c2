"""Folder, container and SFTP server are the same to who lands their files."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from contracts.sources.files import FilesSource
from tasks.errors import FilesRefused, MisconfiguredError, SourceUnavailable, StructureError
from tasks.extract.files.listing import found_files
from tasks.extract.readers import files_reader
from tasks.file_stores.container import ContainerStore
from tasks.land.ingest import LoadReport, ingest
from tasks.land.load import Landing
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import content_of
from tests.tasks.counted_storage import observed
from tests.tasks.file_stores.conftest import Place
from tests.tasks.ingestions import NOW, landed

pytestmark = pytest.mark.services


def _landing(contract: Contract, raw: RawContainer, **words: Any) -> tuple[Landing, FilesSource]:
    found = contract.source("branch-files")
    assert isinstance(found, FilesSource)
    source = found.model_copy(update=words)
    return Landing(contract=contract, source=source, raw=raw, run_id="run", now=NOW), source


def _ingest(contract: Contract, raw: RawContainer, place: Place, **words: Any) -> list[LoadReport]:
    landing, source = _landing(contract, raw, **words)
    return ingest(landing, files_reader(contract, source, place.store))


def test_files_are_listed_looked_at_and_fetched_with_their_hash(place: Place) -> None:
    place.drop("a.csv", b"one")
    place.drop("sul/{b}ç.csv", b"x" * 3_000_000)
    (flat,) = place.store.files("", deep=False)
    assert {(file.name, file.bytes) for file in place.store.files("", deep=True)} == {
        ("a.csv", 3),
        ("sul/{b}ç.csv", 3_000_000),
    }
    (below,) = place.store.files("sul", deep=False)
    assert list(place.store.files("norte", deep=True)) == []
    assert (flat.name, place.store.look("a.csv"), place.store.look("b.csv")) == ("a.csv", flat, None)
    with place.store.fetch(below) as fetched:
        assert fetched.path.read_bytes() == b"x" * 3_000_000
        assert fetched.described.sha256 == sha256(b"x" * 3_000_000).hexdigest()


def test_a_container_that_is_missing_is_nothing_that_passes(source: FilesSource, storage: str) -> None:
    store = ContainerStore.at(source, "abfs://missing@devstoreaccount1.dfs.core.windows.net/branches", storage)
    for look in (lambda: list(store.files("", deep=True)), lambda: store.look("a.csv")):
        with pytest.raises(MisconfiguredError, match="404 ContainerNotFound"):
            look()


def test_a_folder_that_is_left_out_is_not_looked_into(place: Place) -> None:
    for name in (
        "a.csv",
        "sul/b.csv",
        "sul/processed/c.csv",
        "processed/d.csv",
        "processed/sul/e.csv",
        "processed-2/f",
    ):
        place.drop(name, b"one")
    beside = {"a.csv", "sul/b.csv", "processed-2/f"}
    listed = {file.name for file in place.store.files("", deep=True, without="processed")}
    assert listed == beside | {"sul/processed/c.csv"}
    listed = {file.name for file in place.store.files("", deep=True, without="sul/processed")}
    assert listed == beside | {"processed/d.csv", "processed/sul/e.csv"}
    assert [file.name for file in place.store.files("sul", deep=True, without="sul/processed")] == ["sul/b.csv"]


def test_a_container_is_asked_for_no_file_that_was_moved(source: FilesSource, landing: ContainerClient) -> None:
    for name in ("sul/a.csv", "norte/b.csv", "processed/2016/01/c.csv"):
        landing.upload_blob(name, b"one")
    asked: list[dict[str, list[str]]] = []
    store = ContainerStore(source, observed(landing, lambda url: asked.append(parse_qs(urlsplit(url).query))), "")
    words = {"path": "${BRANCH_FILES_URL}/**/*.csv", "move_landed_to": "processed"}
    found = found_files(source.model_copy(update=words), store, NOW.date())
    assert {file.name for file in found} == {"sul/a.csv", "norte/b.csv"}
    by_level, *below = [(question.get("prefix"), question.get("delimiter")) for question in asked]
    assert by_level == (None, ["/"])
    assert below == [(["norte/"], None), (["sul/"], None)]


def test_a_file_that_changed_since_it_was_listed_is_neither_read_nor_moved(place: Place) -> None:
    place.drop("a.csv", b"one")
    (before,) = place.store.files("", deep=False)
    place.drop("a.csv", b"another")
    place.store.move(before, "processed/a.csv")
    assert place.content() == {"a.csv": b"another"}


def test_a_file_is_moved_under_another_name(place: Place) -> None:
    place.drop("sul/a.csv", b"one")
    (file,) = place.store.files("sul", deep=False)
    place.store.move(file, "processed/sul/a.csv")
    assert place.content() == {"processed/sul/a.csv": b"one"}


def test_a_file_that_is_gone_is_told_by_its_name(place: Place) -> None:
    place.drop("a.csv", b"one")
    (file,) = place.store.files("", deep=False)
    place.store.move(file, "b.csv")
    told = r"cannot read a\.csv: |a\.csv changed while"  # Azure answers that the version asked for is not there
    with pytest.raises((SourceUnavailable, StructureError), match=told), place.store.fetch(file):
        pass


def test_files_land_once_and_what_was_landed_is_not_fetched_again(
    contract: Contract, raw: RawContainer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.drop("a.csv", content_of({"customer_id": "C1"}))
    place.drop("b.csv", content_of({"customer_id": "C2"}))
    assert len(_ingest(contract, raw, place)) == 2
    monkeypatch.setattr(type(place.store), "fetch", None)
    assert _ingest(contract, raw, place) == []
    assert landed(raw, "branch-files") == {"C1": 1, "C2": 1}


def test_what_was_landed_is_moved_if_the_source_says_so_and_nothing_else(
    contract: Contract, raw: RawContainer, place: Place
) -> None:
    first, second = content_of({"customer_id": "C1"}), content_of({"customer_id": "C2"})
    place.drop("a.csv", first)
    place.drop("empty.csv", b"")
    place.drop("a.csv.part", b"half")
    for content in (first, second):
        place.drop("a.csv", content)
        with pytest.raises(FilesRefused, match=r"empty\.csv"):
            _ingest(contract, raw, place, move_landed_to="processed")
    found = place.content()
    assert {name: found.pop(name) for name in ("empty.csv", "a.csv.part")} == {"empty.csv": b"", "a.csv.part": b"half"}
    assert sorted(found.values()) == sorted([first, second])
    assert all(name.startswith("processed/a") for name in found)
    assert landed(raw, "branch-files") == {"C1": 1, "C2": 1}


def test_folders_below_are_looked_into_if_the_pattern_says_so(
    contract: Contract, raw: RawContainer, place: Place
) -> None:
    names = ("x.csv", "2026/02/01/a.csv", "2026/02/01/sub/b.csv", "2025/12/31/c.csv")
    for number, name in enumerate(names):
        place.drop(name, content_of({"customer_id": f"C{number}"}))
    dated = "${BRANCH_FILES_URL}/{yyyy}/{MM}/{dd}/*.csv"
    assert len(_ingest(contract, raw, place, path=dated, listed_days=3)) == 1
    assert landed(raw, "branch-files") == {"C1": 1}
    assert len(_ingest(contract, raw, place, path=dated)) == 1
    assert len(_ingest(contract, raw, place, path="${BRANCH_FILES_URL}/**/*.csv")) == 2


def test_a_blob_that_is_written_while_it_is_read_is_refused(
    source: FilesSource, landing: ContainerClient, storage: str
) -> None:
    url = f"abfs://{landing.container_name}@devstoreaccount1.dfs.core.windows.net/"
    store = ContainerStore.at(source, url, storage)
    landing.upload_blob("a.csv", b"one")
    (file,) = store.files("", deep=False)
    landing.upload_blob("a.csv", b"two", overwrite=True)
    with pytest.raises(StructureError, match=r"a\.csv changed while it was read"), store.fetch(file):
        pass
