"""What is registered is what was meant, and what cannot be used is told a line each."""

from __future__ import annotations

import pytest
from pydantic.v1 import ValidationError

from blocks.documents import DatabricksWorkspace
from blocks.register import databricks_workspace, main, source_connection
from blocks.settings import LakehouseSettings
from contracts.folder import read_contracts

USABLE = {
    "LAKE_URL": "abfss://datamaster.dfs.core.windows.net",
    "DATABRICKS_HOST": "127.0.0.1:8443",
    "DATABRICKS_TOKEN": "planted-token",
    "CUSTOMERS_API_URL": "https://customers.example.com",
    "CUSTOMERS_API_KEY": "planted-key",
    "BRANCH_FILES_URL": "file:///branches",
    "RETURN_FILES_URL": "file:///returns",
    "STORE_DATABASE_URL": "postgresql://u:planted@host/store",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING", raising=False)
    for name, value in USABLE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_pasted_key_and_url_are_registered_without_their_line_ends(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CUSTOMERS_API_URL", "https://customers.example.com\n")
    environment.setenv("CUSTOMERS_API_KEY", " planted-key\r\n")
    connection = source_connection(read_contracts().dataset("customer_purchases").source("customers-api"))
    assert connection.url.get_secret_value() == "https://customers.example.com"
    assert connection.credentials
    assert connection.credentials.get_secret_value() == {"key": "planted-key"}


@pytest.mark.usefixtures("environment")
def test_the_workspace_gets_the_sandbox_s_token() -> None:
    workspace = databricks_workspace(LakehouseSettings())
    assert workspace.host == "127.0.0.1:8443"
    assert workspace.token
    assert workspace.token.get_secret_value() == "planted-token"


def test_a_workspace_in_azure_gets_no_token(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABRICKS_HOST", "adb-1.azuredatabricks.net")
    environment.delenv("DATABRICKS_TOKEN")
    assert databricks_workspace(LakehouseSettings()).token is None


def test_no_document_gives_a_workspace_in_azure_a_static_token() -> None:
    with pytest.raises(ValidationError, match="accepted in the sandbox only") as caught:
        DatabricksWorkspace(host="adb-1.azuredatabricks.net", token="planted-token")
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (
            {"CUSTOMERS_API_KEY": "planted\nkey"},
            ["customers-api: CUSTOMERS_API_KEY has a line break or another letter in"],
        ),
        ({"CUSTOMERS_API_URL": "\n"}, ["customers-api: set CUSTOMERS_API_URL"]),
        (
            {"DATABRICKS_TOKEN": "plantéd", "LAKE_URL": "planted"},
            [
                "environment: LAKE_URL String should match pattern",
                "environment: DATABRICKS_TOKEN Value error, has a letter",
            ],
        ),
        (
            {"DATABRICKS_HOST": "adb-1.azuredatabricks.net"},
            ["environment: Value error, DATABRICKS_TOKEN: a personal access token is accepted in the sandbox only"],
        ),
    ],
)
def test_what_cannot_be_used_is_told_a_line_each(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changes: dict[str, str], lines: list[str]
) -> None:
    for name, value in changes.items():
        environment.setenv(name, value)
    assert main() == 2
    told = capsys.readouterr().err
    assert [line[: len(start)] for line, start in zip(told.splitlines(), lines, strict=True)] == lines
    assert "plant" not in told
