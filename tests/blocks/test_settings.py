"""The environment is checked before a block is written from it."""

import pytest
from pydantic import ValidationError

from blocks.settings import LakehouseSettings, MissingVariableError, connection_values
from contracts.folder import read_contracts

ABFSS = "abfss://datamaster.dfs.core.windows.net"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "LAKE_URL", "DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAKE_URL", ABFSS)
    monkeypatch.setenv("DATABRICKS_HOST", "https://adb-1.azuredatabricks.net/")
    monkeypatch.setenv("DATABRICKS_TOKEN", "planted-token")
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_host_is_the_same_with_and_without_scheme() -> None:
    assert LakehouseSettings().databricks_host == "adb-1.azuredatabricks.net"


@pytest.mark.usefixtures("environment")
def test_account_url_is_the_blob_endpoint_of_the_lake() -> None:
    assert LakehouseSettings().account_url == "https://datamaster.blob.core.windows.net"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LAKE_URL", "https://datamaster.blob.core.windows.net", "should match pattern"),
        ("LAKE_URL", "file:///lake", "landing needs a storage account"),
        ("DATABRICKS_HOST", "http://adb-1.azuredatabricks.net", "https only"),
    ],
)
def test_malformed_variable_is_refused(environment: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=reason):
        LakehouseSettings()


def test_all_missing_variables_of_a_source_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTOMERS_API_URL", raising=False)
    monkeypatch.delenv("CUSTOMERS_API_KEY", raising=False)
    with pytest.raises(MissingVariableError, match=r"^customers-api: set CUSTOMERS_API_URL and CUSTOMERS_API_KEY$"):
        connection_values(read_contracts().dataset("customer_purchases").source("customers-api"))
