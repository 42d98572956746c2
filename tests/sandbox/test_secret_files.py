"""Secrets of the sandbox are files of their owner alone, named as blocks are to name them; what may be seen is none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from contracts.folder import read_contracts
from sandbox.credentials import Credentials
from sandbox.environment import own_variables, write_secret_files
from sandbox.errors import VariableError
from sandbox.home import SandboxHome
from sandbox.lifecycle import PARTS
from sandbox.variables import connections


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


def test_a_source_of_one_s_own_may_have_its_secret_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sesame\n")
    given = {"CUSTOMERS_API_URL": "https://shop.example", "CUSTOMERS_API_KEY_FILE": str(tmp_path / "key")}
    served = dict.fromkeys(("STORE_DATABASE_URL", "BRANCH_FILES_URL", "RETURN_FILES_URL"), "")
    found = connections(read_contracts(), served, given)
    assert found == {"CUSTOMERS_API_URL": "https://shop.example", "CUSTOMERS_API_KEY": "sesame"}


def test_a_source_whose_secret_s_file_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VariableError, match=r"^CUSTOMERS_API_KEY_FILE: secret file .*key cannot be read"):
        connections(read_contracts(), {}, {"CUSTOMERS_API_KEY_FILE": str(tmp_path / "key")})


def test_a_source_that_nothing_is_set_for_is_named_with_what_to_set() -> None:
    with pytest.raises(VariableError, match="set CUSTOMERS_API_KEY and CUSTOMERS_API_URL, where customers-api is"):
        connections(read_contracts(), {}, {})
