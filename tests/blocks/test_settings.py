"""The environment is checked before a block is written from it."""

import pytest
from pydantic import ValidationError

from blocks.settings import (
    LakehouseSettings,
    MissingVariableError,
    UnusableVariableError,
    connection_values,
    static_token_problem,
)
from contracts.folder import read_contracts
from contracts.sources.kinds import Source

ABFSS = "abfss://datamaster.dfs.core.windows.net"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "LAKE_URL", "DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAKE_URL", ABFSS)
    monkeypatch.setenv("DATABRICKS_HOST", "https://adb-1.azuredatabricks.net/")
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
        ("DATABRICKS_HOST", "https://adb-1.azuredatabricks.net/?o=1", "is not the name of a host"),
        ("DATABRICKS_HOST", "adb-1.azure databricks.net", "is not the name of a host"),
        ("DATABRICKS_HOST", " \n", "is empty"),
        ("DATABRICKS_TOKEN", "planted-token", "personal access token is accepted in the sandbox only"),
        ("DATABRICKS_TOKEN", "planted\ntoken", "has a line break"),
        ("DATABRICKS_TOKEN", "planted-tokén", "not ASCII"),
        ("LAKE_URL", f"{ABFSS}\n/raw", "has a line break"),
        ("AZURE_STORAGE_CONNECTION_STRING", "AccountName=planted;\nAccountKey=planted", "has a line break"),
    ],
)
def test_malformed_variable_is_refused(environment: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=reason) as caught:
        LakehouseSettings()
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", "\t"), ("\u00a0", "\u2028")])
def test_blanks_around_values_are_taken_off(environment: pytest.MonkeyPatch, before: str, after: str) -> None:
    values = {
        "LAKE_URL": ABFSS,
        "AZURE_STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true",
        "DATABRICKS_HOST": "127.0.0.1:8443",
        "DATABRICKS_TOKEN": "planted-token",
    }
    for name, value in values.items():
        environment.setenv(name, f"{before}{value}{after}")
    settings = LakehouseSettings()
    assert (settings.lake_url, settings.databricks_host) == (ABFSS, "127.0.0.1:8443")
    assert settings.databricks_token
    assert settings.databricks_token.get_secret_value() == "planted-token"
    assert settings.azure_storage_connection_string
    assert settings.azure_storage_connection_string.get_secret_value() == "UseDevelopmentStorage=true"


@pytest.mark.parametrize("token", [None, "", " \n"])
def test_without_a_token_there_is_none(environment: pytest.MonkeyPatch, token: str | None) -> None:
    if token is not None:
        environment.setenv("DATABRICKS_TOKEN", token)
    assert LakehouseSettings().databricks_token is None


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        ("127.0.0.1:8443", True),
        ("jobs.example.com", True),
        ("adb-1.azuredatabricks.net", False),
        ("ADB-1.AzureDatabricks.net.:443", False),
        ("adb-1.databricks.azure.us", False),
        ("adb-1.databricks.azure.cn", False),
        ("azuredatabricks.net.example.com", True),
    ],
)
def test_a_static_token_is_for_the_sandbox(host: str, accepted: bool) -> None:
    assert (static_token_problem(host) is None) is accepted


@pytest.fixture
def source() -> Source:
    return read_contracts().dataset("customer_purchases").source("customers-api")


@pytest.mark.parametrize("value", [None, "", " ", "\n"])
def test_all_missing_variables_of_a_source_are_named(
    monkeypatch: pytest.MonkeyPatch, source: Source, value: str | None
) -> None:
    for name in ("CUSTOMERS_API_URL", "CUSTOMERS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    with pytest.raises(MissingVariableError, match=r"^customers-api: set CUSTOMERS_API_URL and CUSTOMERS_API_KEY$"):
        connection_values(source)


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", "\t"), ("\u00a0", "\u2028")])
def test_blanks_around_a_source_s_url_and_key_are_taken_off(
    monkeypatch: pytest.MonkeyPatch, source: Source, before: str, after: str
) -> None:
    monkeypatch.setenv("CUSTOMERS_API_URL", f"{before}https://customers.example.com{after}")
    monkeypatch.setenv("CUSTOMERS_API_KEY", f"{before}planted-key{after}")
    assert connection_values(source) == {"url": "https://customers.example.com", "key": "planted-key"}


@pytest.mark.parametrize(
    ("url", "key", "problem"),
    [
        ("https://cust\nomers", "planted", "CUSTOMERS_API_URL has a line break or another letter in it that cannot .*"),
        ("https://cust omers", "planted", "CUSTOMERS_API_URL has a blank in it"),
        ("https://customers", "planted\nkey", "CUSTOMERS_API_KEY has a line break or another letter in it that .*"),
        ("https://customers", "\ufeffplanted", "CUSTOMERS_API_KEY has a line break or another letter in it that .*"),
        ("https://customers", "plantéd", "CUSTOMERS_API_KEY has a letter in it that is not ASCII"),
        ("https://\x00", "ké", "CUSTOMERS_API_URL .*, and CUSTOMERS_API_KEY has a letter in it that is not ASCII"),
    ],
)
def test_a_url_or_key_that_cannot_be_used_is_told_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, source: Source, url: str, key: str, problem: str
) -> None:
    monkeypatch.setattr("os.environ", {"CUSTOMERS_API_URL": url, "CUSTOMERS_API_KEY": key})
    with pytest.raises(UnusableVariableError, match=f"^customers-api: {problem}$") as caught:
        connection_values(source)
    assert "plant" not in str(caught.value)


def test_a_folder_s_name_may_have_blanks_and_letters_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANCH_FILES_URL", "file:///lojas/São Paulo\n")
    source = read_contracts().dataset("customer_purchases").source("branch-files")
    assert connection_values(source) == {"url": "file:///lojas/São Paulo"}
