"""Secrets of the sandbox are files of their owner alone, named as blocks are to name them; what may be seen is none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from contracts.folder import read_contracts
from sandbox.credentials import Credentials
from sandbox.environment import own_variables, write_secret_files
from sandbox.home import SandboxHome
from sandbox.lifecycle import PARTS


@pytest.fixture
def home(tmp_path: Path) -> SandboxHome:
    return SandboxHome(tmp_path)


def test_every_secret_that_flows_use_has_a_file_of_its_owner_alone(home: SandboxHome) -> None:
    variables = own_variables(home, Credentials(), dict.fromkeys(PARTS, 1), own_lake=True)
    files = write_secret_files(home, read_contracts(), variables)
    assert set(files) == {
        "STORE_DATABASE_URL_FILE",
        "CUSTOMERS_API_KEY_FILE",
        "AZURE_STORAGE_CONNECTION_STRING_FILE",
        "DATABRICKS_TOKEN_FILE",
    }
    for name, path in files.items():
        assert Path(path).is_relative_to(home.folder)
        assert Path(path).read_text() == variables[name.removesuffix("_FILE")]
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600


def test_a_database_that_asks_for_no_password_is_no_secret(home: SandboxHome) -> None:
    variables = own_variables(home, Credentials(), dict.fromkeys(PARTS, 1), own_lake=True)
    files = write_secret_files(home, read_contracts(), variables | {"STORE_DATABASE_URL": "postgresql://me@host/store"})
    assert "STORE_DATABASE_URL_FILE" not in files
