"""What sources are brought in with: the store database of the tasks' tests, and a folder of contracts for each test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.contract import Contract
from contracts.folder import FOLDER_VARIABLE, PACKAGED_CONTRACTS
from onboarding.__main__ import app
from tests.packaged_contracts import CONTRACTS

Onboarding = Callable[..., Result]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return CONTRACTS.dataset("customer_purchases")


@pytest.fixture
def contracts_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped contracts in a folder of their own, and no sandbox beside them."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    for file in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
        shutil.copy(file, folder)
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    monkeypatch.setenv("DATAMASTER_HOME", str(tmp_path / "no sandbox"))
    return folder


@pytest.fixture
def purchases(contracts_folder: Path) -> Path:
    return contracts_folder / "customer_purchases.odcs.yaml"


@pytest.fixture
def onboarding(contracts_folder: Path) -> Onboarding:  # noqa: ARG001 (where it looks)
    """Runs the command line as a script does, without a terminal."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=True)

    return run


def without_source(file: Path, name: str) -> str:
    """The contract's file without that source and its schedule; its text."""
    text = re.sub(rf"  - server: {name}\n(?: {{4}}.*\n)+\n?", "", file.read_text(encoding="utf-8"))
    text = re.sub(rf".*element: {name},.*\n", "", text)
    file.write_text(text, encoding="utf-8")
    return text
