"""Branch files are ingested by content, each once; a bad one stands in nobody's way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import FilesRefused, LoadRefused, MisconfiguredError, SourceUnavailable, StructureError
from tasks.extract.files import line_records
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.lines import NO_TEXT, Lines
from tasks.extract.files.records import ENDLESS
from tasks.extract.files.store import FoundFile
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tasks.validate.split import MALFORMED
from tests.tasks.branch_file import branch_file, says
from tests.tasks.ingestions import from_files, from_source, landed
from tests.tasks.interrupted_storage import InterruptedStorage

pytestmark = pytest.mark.services


def test_each_file_is_a_load_of_its_own_and_lands_once(contract: Contract, folder: Path, raw: RawContainer) -> None:
    ingest = from_files(contract, folder)
    branch_file(folder / "a.csv", {"customer_id": "C1"})
    branch_file(folder / "b.CSV", {"customer_id": "C2"})
    assert [report.manifest.sequence for report in ingest(raw)] == [1, 2]
    assert ingest(raw) == []
    assert landed(raw, "branch-files") == {"C1": 1, "C2": 1}


def test_a_known_file_is_not_read_again(contract: Contract, folder: Path, container: ContainerClient) -> None:
    ingest = from_files(contract, folder)
    path = branch_file(folder / "a.csv", {})
    ingest(RawContainer(container))
    found = path.stat()
    path.write_bytes(b"x" * found.st_size)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    storage = InterruptedStorage(container)
    assert ingest(storage) == []
    assert storage.calls == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"vendas \xe3.csv", r"vendas \xe3.csv"),
        (b"a\nb\x1b[31m.csv", r"a\nb\x1b[31m.csv"),
        ("a{0}%s_\u202e.csv".encode(), r"a{0}%s_\u202e.csv"),
    ],
)
def test_a_file_of_an_odd_name_lands_and_stops_no_other(
    contract: Contract, folder: Path, raw: RawContainer, name: bytes, shown: str
) -> None:
    ingest = from_files(contract, folder)
    odd = folder / os.fsdecode(name)
    says(odd, "C1", at=1)
    says(folder / "z.csv", "C2", at=2)
    manifests = [report.manifest for report in ingest(raw)]
    assert [manifest.read_so_far.source_file.name for manifest in manifests if manifest.read_so_far.source_file] == [
        shown,
        "z.csv",
    ]
    assert ingest(raw) == []
    odd.write_bytes(b"")
    says(folder / "z.csv", "C3", at=3)
    with pytest.raises(FilesRefused, match=re.escape(f"{shown}: {shown} is empty")):
        ingest(raw)
    assert landed(raw, "branch-files") == {"C1": 1, "C2": 1, "C3": 1}


def test_rows_that_cannot_be_read_are_quarantined_with_what_is_wrong(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    path = branch_file(folder / "a.csv", {})
    path.write_bytes(path.read_bytes() + b'1;"x;3\n' + "Conceição".encode() + b";\xe9\n")
    (report,) = from_files(contract, folder)(raw)
    assert report.manifest.rows == LoadRows(extracted=3, landed=1, quarantined=2)
    assert report.manifest.quarantined_by_rule == {MALFORMED: 2}
    lines = [json.loads(line) for file in report.manifest.quarantine for line in raw.read(file.name).splitlines()]
    assert [(line["_source_location"], line["_fault"], line["_source_text"]) for line in lines] == [
        ("a.csv row 3", ENDLESS, '1;"x;3'),
        ("a.csv row 4", NO_TEXT, r"Conceição;\xe9"),
    ]


def test_a_fault_that_nobody_thought_of_is_that_of_its_file(
    contract: Contract, folder: Path, raw: RawContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(folder / "a.csv", "C1", at=1)
    says(folder / "b.csv", "C2", at=2)
    read_lines = line_records.read_lines

    def failing(path: Path, encoding: str, newline: str) -> Iterator[Lines]:
        if path.name == "a.csv":
            raise pl.exceptions.ComputeError("planted")
        return read_lines(path, encoding, newline)

    monkeypatch.setattr(line_records, "read_lines", failing)
    with pytest.raises(FilesRefused, match=r"a\.csv cannot be read as CSV \(ComputeError\)") as caught:
        from_files(contract, folder)(raw)
    assert "planted" not in str(caught.value)
    assert landed(raw, "branch-files") == {"C2": 1}


def test_a_file_with_a_header_alone_is_a_load_of_no_rows_that_is_not_repeated(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    branch_file(folder / "a.csv")
    (report,) = ingest(raw)
    assert (report.manifest.rows, report.manifest.files) == (LoadRows(), ())
    assert ingest(raw) == []


def test_files_that_are_being_written_and_folders_are_left_alone(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    for name in ("a.csv.part", "b.tmp", "c"):
        branch_file(folder / name, {})
    (folder / "d.csv").mkdir()
    assert from_files(contract, folder)(raw) == []


def test_a_refused_file_does_not_stop_the_others_and_is_named_until_it_is_mended(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    branch_file(folder / "a.csv", {"customer_id": "C1"})
    (folder / "empty.csv").touch()
    branch_file(folder / "bad.csv", *[{"cpf": ""}] * 20)
    branch_file(folder / "z.csv", {"customer_id": "C2"})
    for _ in range(2):
        with pytest.raises(FilesRefused, match="2 file") as caught:
            ingest(raw)
        assert {name: type(error) for name, error in caught.value.refusals.items()} == {
            "empty.csv": StructureError,
            "bad.csv": LoadRefused,
        }
    assert landed(raw, "branch-files") == {"C1": 1, "C2": 1}
    branch_file(folder / "bad.csv", {"customer_id": "C3"})
    (folder / "empty.csv").unlink()
    assert len(ingest(raw)) == 1


def test_a_file_that_cannot_be_read_or_is_gone_is_named(
    contract: Contract, folder: Path, raw: RawContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch_file(folder / "a.csv", {"customer_id": "C1"})
    branch_file(folder / "gone.csv", {"customer_id": "C2"})
    listed = FolderStore.files

    def files(store: FolderStore, below: str, *, deep: bool, without: str | None) -> Iterator[FoundFile]:
        yield from list(listed(store, below, deep=deep, without=without))
        (folder / "gone.csv").unlink(missing_ok=True)

    monkeypatch.setattr(FolderStore, "files", files)
    with pytest.raises(FilesRefused, match=r"cannot read gone\.csv: No such file") as caught:
        from_files(contract, folder)(raw)
    assert isinstance(caught.value.refusals["gone.csv"], SourceUnavailable)
    assert landed(raw, "branch-files") == {"C1": 1}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///no/such/folder", "cannot list the folder of branch-files: No such file or directory; check BRANCH"),
        ("/no/url", "BRANCH_FILES_URL of branch-files must be a folder's URL"),
        ("https://example.com/files", "BRANCH_FILES_URL of branch-files must be a folder's URL"),
        ("file://elsewhere/files", "BRANCH_FILES_URL of branch-files must be a folder's URL"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_told_with_its_variable(
    contract: Contract, raw: RawContainer, url: str, message: str
) -> None:
    with pytest.raises((SourceUnavailable, MisconfiguredError), match=message):
        from_source(contract, "branch-files", url)(raw)


def test_many_refused_files_are_told_in_a_message_of_bounded_length(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    for number in range(30):
        (folder / f"{number}.csv").touch()
    with pytest.raises(FilesRefused, match=r"^30 file(?s:.)*and 10 more$") as caught:
        from_files(contract, folder)(raw)
    assert len(caught.value.refusals) == 30


def test_a_file_that_changes_while_it_is_read_is_refused(
    contract: Contract, folder: Path, container: ContainerClient
) -> None:
    path = branch_file(folder / "a.csv", {})

    class Writing(RawContainer):
        def stage(self, name: str, content: bytes) -> None:
            super().stage(name, content)
            branch_file(path, {}, {})

    with pytest.raises(FilesRefused, match=r"a\.csv changed while it was read"):
        from_files(contract, folder)(Writing(container))
    assert len(from_files(contract, folder)(RawContainer(container))) == 1


def test_no_value_of_a_row_gets_into_errors_manifests_or_logs(
    contract: Contract, folder: Path, raw: RawContainer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    planted = {"cpf": "529.982.247-25", "email": "planted@example.com", "credit_card_number": "4111111111111111"}
    branch_file(folder / "a.csv", *[planted] * 9, planted | {"customer_id": ""})
    branch_file(folder / "b.csv", *[planted | {"customer_id": ""}] * 20)
    path = branch_file(folder / "c.csv", planted)
    path.write_text(path.read_text() + ";".join(planted.values()) + '\n"' + ";".join(planted.values()) + "\n")
    branch_file(folder / "d.csv", planted, columns=list(planted))
    with pytest.raises(FilesRefused) as caught:
        from_files(contract, folder)(raw)
    assert set(caught.value.refusals) == {"b.csv", "d.csv"}
    kept = [name for name in raw.names("") if name.startswith(("_manifests", "_seen"))]
    assert len(kept) == 7
    told = str(caught.value) + caplog.text + "".join(raw.read(name).decode() for name in kept)
    for value in planted.values():
        assert value not in told
