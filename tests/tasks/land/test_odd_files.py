"""Whatever a file holds, each of its rows ends in Raw or in quarantine, as it was written, and takes no other along."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import FilesRefused
from tasks.extract.files.lines import NO_TEXT, TOO_LONG
from tasks.land.manifests import LoadRows, Manifest, manifests
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import ROW, branch_file
from tests.tasks.ingestions import from_files
from tests.tasks.measured_ingestion import peak_bytes_of_landing

pytestmark = pytest.mark.services

LONG_LINE_BYTES = 100_000_000
MOST_MEMORY_BYTES = 2**30


def _landed(raw: RawContainer, manifest: Manifest) -> list[dict[str, str]]:
    """The rows of a load, read by another CSV reader than the project's."""
    texts = [raw.read(file.name).decode() for file in manifest.files]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]


def _set_aside(raw: RawContainer, manifest: Manifest) -> list[dict[str, Any]]:
    return [json.loads(line) for file in manifest.quarantine for line in raw.read(file.name).splitlines()]


def _branch_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _line(**values: str) -> bytes:
    return ";".join((ROW | values).values()).encode() + b"\n"


@pytest.mark.chaos
def test_lines_of_100_mb_are_set_aside_alone_in_bounded_memory(
    contract: Contract, folder: Path, container: ContainerClient, storage: str
) -> None:
    path = branch_file(folder / "a.csv", {"customer_id": "C1"})
    with path.open("ab") as file:
        for number, begun in enumerate(["", '"'], start=2):
            file.write(_line(customer_id=f"C{number}", product=begun + "x" * LONG_LINE_BYTES))
            file.write(_line(customer_id=f"C{number}"))
    assert 0 < peak_bytes_of_landing(folder, storage, container.container_name) < MOST_MEMORY_BYTES
    raw = RawContainer(container)
    (manifest,) = manifests(raw, contract, contract.source("branch-files"))
    assert manifest.rows == LoadRows(extracted=5, landed=3, quarantined=2)
    assert _landed(raw, manifest) == [ROW | {"customer_id": f"C{number}"} for number in (1, 2, 3)]
    told = [(line["_source_location"], line["_fault"]) for line in _set_aside(raw, manifest)]
    assert told == [("a.csv row 3", TOO_LONG), ("a.csv row 5", TOO_LONG)]
    assert from_files(contract, folder)(raw) == []


@pytest.mark.parametrize("cut", [1, 4, 20, 60, 113], ids=lambda cut: f"{cut} bytes missing")
def test_a_file_that_was_landed_half_written_is_landed_whole_once_it_is(
    contract: Contract, folder: Path, raw: RawContainer, cut: int
) -> None:
    """Nobody can tell that it was half a file: its rows come again, and of each the last counts."""
    path = branch_file(folder / "a.csv", *({"customer_id": f"C{number}"} for number in range(9)))
    whole = path.read_bytes()
    expected = _branch_rows(path)
    path.write_bytes(whole[:-cut])
    (half,) = from_files(contract, folder)(raw)
    assert half.manifest.rows.extracted == 9
    assert _landed(raw, half.manifest)[:8] == expected[:8]
    path.write_bytes(whole)
    (report,) = from_files(contract, folder)(raw)
    assert report.manifest.rows == LoadRows(extracted=9, landed=9)
    assert _landed(raw, report.manifest) == expected
    all_rows = [*_landed(raw, half.manifest), *_landed(raw, report.manifest)]
    assert list({row["customer_id"]: row for row in all_rows}.values()) == expected
    assert from_files(contract, folder)(raw) == []


def test_nul_bytes_and_wrong_encodings_come_to_raw_or_to_quarantine_as_they_are(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    path = branch_file(folder / "a.csv", {"customer_id": "C\0001", "product": "\0T\0V\0"}, {"product": "Ração"})
    path.write_bytes(path.read_bytes() + _line(product="Ração").decode().encode("cp1252") + b"\0" * 9 + b"\n")
    (report,) = from_files(contract, folder)(raw)
    assert report.manifest.rows == LoadRows(extracted=4, landed=2, quarantined=2)
    assert _landed(raw, report.manifest) == [
        ROW | {"customer_id": "C\0001", "product": "\0T\0V\0"},
        ROW | {"product": "Ração"},
    ]
    misread = _line(product="Ração").decode().strip().replace("ç", r"\xe7").replace("ã", r"\xe3")
    aside = _set_aside(raw, report.manifest)
    assert [(line["_source_location"], line["_fault"], line["_source_text"]) for line in aside] == [
        ("a.csv row 4", NO_TEXT, misread),
        ("a.csv row 5", "it has 1 values, and the header 11", "\0" * 9),
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_file_in_another_encoding_lands_as_its_text(
    contract: Contract, folder: Path, raw: RawContainer, encoding: str
) -> None:
    branch_file(folder / "a.csv", {"product": "Ração “nº 1”"}, encoding=encoding)
    (report,) = from_files(contract, folder)(raw)
    assert _landed(raw, report.manifest) == [ROW | {"product": "Ração “nº 1”"}]


def test_a_file_whose_encoding_nobody_can_tell_is_refused_alone(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    branch_file(folder / "a.csv", {"customer_id": "C1"}, encoding="utf-16-le")
    branch_file(folder / "b.csv", {"customer_id": "C2"})
    with pytest.raises(FilesRefused, match=r"a\.csv is UTF-16 text or a binary file; export it again as CSV UTF-8"):
        from_files(contract, folder)(raw)
    (manifest,) = manifests(raw, contract, contract.source("branch-files"))
    assert _landed(raw, manifest) == [ROW | {"customer_id": "C2"}]
