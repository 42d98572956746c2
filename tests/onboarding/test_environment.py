"""What opens a source comes from the environment, and from the sandbox's file where the environment has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.contract import Contract
from onboarding.environment import known_variables, lake_secret, opening_values
from sandbox.home import SandboxHome
from tasks.errors import MisconfiguredError


def test_a_variable_of_the_environment_hides_the_sandbox_s_own_and_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").write_text("SHOP_URL=sandbox\nSHOP_URL_FILE=/sandbox\nTILL_URL='a b'\n", encoding="utf-8")
    monkeypatch.setenv("SHOP_URL", "given")
    monkeypatch.delenv("TILL_URL", raising=False)
    found = known_variables(SandboxHome(tmp_path))
    assert (found["SHOP_URL"], found["TILL_URL"], "SHOP_URL_FILE" in found) == ("given", "a b", False)


def test_without_a_sandbox_the_environment_is_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "given")
    assert known_variables(SandboxHome(tmp_path))["SHOP_URL"] == "given"


def test_a_secret_is_read_from_the_file_that_is_named(contract: Contract, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("planted-key\n")
    variables = {"CUSTOMERS_API_URL": " https://shop ", "CUSTOMERS_API_KEY_FILE": str(tmp_path / "key")}
    assert opening_values(contract.source("customers-api"), variables) == {"url": "https://shop", "key": "planted-key"}
    (tmp_path / "connection").write_text("AccountName=lake;")
    assert lake_secret({"AZURE_STORAGE_CONNECTION_STRING_FILE": str(tmp_path / "connection")}) == "AccountName=lake;"
    assert lake_secret({}) is None


def test_what_is_not_set_is_named_all_at_once_and_a_file_that_is_not_there_too(contract: Contract) -> None:
    source = contract.source("customers-api")
    with pytest.raises(MisconfiguredError, match=r"set CUSTOMERS_API_URL .* and CUSTOMERS_API_KEY"):
        opening_values(source, {})
    with pytest.raises(MisconfiguredError, match=r"/nowhere cannot be read .*CUSTOMERS_API_KEY_FILE names"):
        opening_values(source, {"CUSTOMERS_API_URL": "https://shop", "CUSTOMERS_API_KEY_FILE": "/nowhere"})
