"""The wheel that Databricks installs holds the jobs and the contracts that they are to read."""

from __future__ import annotations

import os
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from contracts.folder import PACKAGED_CONTRACTS
from tests.repository.test_locks import pinned

REPOSITORY = Path(__file__).parents[2]
BUILD = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"


def build(folder: Path, contracts: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=REPOSITORY,
        env=os.environ | {"DATAMASTER_CONTRACTS": contracts},
        capture_output=True,
        text=True,
        check=False,
    )


def names(folder: Path) -> list[str]:
    (wheel,) = folder.glob("*.whl")
    return ZipFile(wheel).namelist()


def test_wheel_brings_jobs_and_packaged_contracts(tmp_path: Path) -> None:
    assert build(tmp_path, "").returncode == 0
    packaged = {f"contracts/{file.name}" for file in PACKAGED_CONTRACTS.glob("*.odcs.yaml")}
    assert packaged == {name for name in names(tmp_path) if name.endswith(".yaml")}
    assert {"spark_jobs/command_line.py", "contracts/folder.py"} <= set(names(tmp_path))
    folders = {name.split("/")[0] for name in names(tmp_path)}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"contracts", "spark_jobs"}


def test_wheel_asks_for_exactly_the_locked_versions(tmp_path: Path) -> None:
    """So that a cluster which starts in a year installs what was tested, and nothing newer."""
    assert build(tmp_path, "").returncode == 0
    (wheel,) = tmp_path.glob("*.whl")
    (metadata,) = (name for name in names(tmp_path) if name.endswith(".dist-info/METADATA"))
    asked = [Requirement(text) for text in message_from_bytes(ZipFile(wheel).read(metadata)).get_all("Requires-Dist")]
    exact = {one.name: str(one.specifier) for one in asked if str(one.specifier).startswith("==")}
    assert exact == {name: f"=={version}" for name, version in pinned(REPOSITORY / "requirements/wheel.txt").items()}
    assert {one.name.lower() for one in asked} == set(exact)


def test_contracts_of_another_folder_take_the_place_of_the_packaged_ones(tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "orders.odcs.yaml").write_text("name: orders\n")
    assert build(tmp_path, str(contracts)).returncode == 0
    assert [name for name in names(tmp_path) if name.endswith(".yaml")] == ["contracts/orders.odcs.yaml"]


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_folder_without_contracts_is_refused(tmp_path: Path, folder: str) -> None:
    refused = build(tmp_path, str(tmp_path / folder))
    assert refused.returncode != 0
    assert "has no *.odcs.yaml: set DATAMASTER_CONTRACTS" in refused.stderr
