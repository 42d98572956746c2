"""The environment is checked before a block is written from it."""

import pytest
from pydantic import ValidationError

from blocks.settings import LakehouseSettings, static_token_problem

ABFSS = "abfss://datamaster.dfs.core.windows.net"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in LakehouseSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
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
        ("DATABRICKS_TOKEN_FILE", "/planted", "personal access token is accepted in the sandbox only"),
        ("DATABRICKS_TOKEN_FILE", "planted", "should match pattern"),
        ("DATABRICKS_TOKEN", "planted-token", "set DATABRICKS_TOKEN_FILE to its file"),
        ("AZURE_STORAGE_CONNECTION_STRING", "planted", "set AZURE_STORAGE_CONNECTION_STRING_FILE to its file"),
        ("LAKE_URL", f"{ABFSS}\n/raw", "has a line break"),
    ],
)
def test_malformed_variable_is_refused(environment: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=reason) as caught:
        LakehouseSettings()
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", "\t"), ("\u00a0", "\u2028")])
def test_blanks_around_values_are_taken_off(environment: pytest.MonkeyPatch, before: str, after: str) -> None:
    values = {"LAKE_URL": ABFSS, "DATABRICKS_HOST": "127.0.0.1:8443", "DATABRICKS_TOKEN_FILE": "/secrets/token"}
    for name, value in values.items():
        environment.setenv(name, f"{before}{value}{after}")
    settings = LakehouseSettings()
    assert (settings.lake_url, settings.databricks_host) == (ABFSS, "127.0.0.1:8443")
    assert settings.databricks_token_file == "/secrets/token"


@pytest.mark.parametrize("file", [None, "", " \n"])
def test_without_a_token_there_is_none(environment: pytest.MonkeyPatch, file: str | None) -> None:
    for name in ("DATABRICKS_TOKEN", "DATABRICKS_TOKEN_FILE"):
        if file is not None:
            environment.setenv(name, file)
    assert LakehouseSettings().databricks_token_file is None


def test_a_secret_may_stand_beside_its_file(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AZURE_STORAGE_CONNECTION_STRING", "planted")
    environment.setenv("AZURE_STORAGE_CONNECTION_STRING_FILE", "/secrets/connection")
    assert LakehouseSettings().azure_storage_connection_string_file == "/secrets/connection"


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
