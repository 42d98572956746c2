from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.errors import VariableError
from sandbox.generator.command_line import DEFAULT_ROWS
from sandbox.variables import given_variables

CONNECTION = "DefaultEndpointsProtocol=https;AccountName=lake;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net"


def test_nothing_given_means_every_part_is_the_sandbox_own() -> None:
    given, strings = given_variables({"PATH": "/bin", "STORE_DATABASE_URL": ""}, own={})

    assert strings == {}
    assert given.model_dump(exclude={"datamaster_rows"}, exclude_none=True) == {}
    assert given.datamaster_rows == DEFAULT_ROWS


def test_what_the_sandbox_wrote_itself_and_the_user_sourced_is_not_given() -> None:
    own = {"STORE_DATABASE_URL": "postgresql://store:own@127.0.0.1:4000/store", "PII_HASH_KEY": "k" * 32}
    given, strings = given_variables({**own, "PII_HASH_KEY": "another" * 8}, own)

    assert given.store_database_url is None
    assert strings == {"PII_HASH_KEY": "another" * 8}


@pytest.mark.parametrize(
    "environment",
    [
        {"STORE_DATABASE_URL": "postgresql://user:secret@db.example.com:5432/shop?sslmode=require"},
        {"AZURE_STORAGE_CONNECTION_STRING": CONNECTION, "LAKE_URL": "abfss://lake.dfs.core.windows.net"},
        {"CUSTOMERS_API_URL": "https://api.example.com", "CUSTOMERS_API_KEY": "key"},
        {"DATABRICKS_HOST": "https://adb-1.azuredatabricks.net", "DATABRICKS_TOKEN": "token"},
        {"BRANCH_FILES_URL": "file:///data/branches"},
        {"DATAMASTER_ROWS": "0"},
        {"PII_HASH_KEY": "k" * 32},
    ],
)
def test_well_formed_variables_are_taken_as_they_are(environment: dict[str, str]) -> None:
    _, strings = given_variables(environment, own={})

    assert strings == environment


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"STORE_DATABASE_URL": "mysql://root:hunter2@db/shop"}, "STORE_DATABASE_URL: "),
        ({"STORE_DATABASE_URL": "hunter2"}, "STORE_DATABASE_URL: "),
        ({"CUSTOMERS_API_URL": "ftp://hunter2", "CUSTOMERS_API_KEY": "x"}, "CUSTOMERS_API_URL: "),
        ({"CUSTOMERS_API_URL": "https://api.example.com"}, "CUSTOMERS_API_KEY is missing: CUSTOMERS_API_URL and "),
        ({"DATABRICKS_TOKEN": "hunter2"}, "DATABRICKS_HOST is missing: "),
        ({"LAKE_URL": "abfss://lake.dfs.core.windows.net"}, "AZURE_STORAGE_CONNECTION_STRING is missing: "),
        (
            {"AZURE_STORAGE_CONNECTION_STRING": "hunter2", "LAKE_URL": "abfss://lake.dfs.core.windows.net"},
            "AZURE_STORAGE_CONNECTION_STRING: needs AccountName=",
        ),
        ({"AZURE_STORAGE_CONNECTION_STRING": CONNECTION, "LAKE_URL": "s3://lake"}, "LAKE_URL: "),
        ({"BRANCH_FILES_URL": "/data/branches"}, "BRANCH_FILES_URL: "),
        ({"JAVA_HOME": "/nowhere/at/all"}, "JAVA_HOME: "),
        ({"PREFECT_API_URL": "prefect"}, "PREFECT_API_URL: "),
        ({"PII_HASH_KEY": "hunter2"}, "PII_HASH_KEY: "),
        ({"DATAMASTER_ROWS": "many"}, "DATAMASTER_ROWS: "),
        ({"DATAMASTER_ROWS": "-1"}, "DATAMASTER_ROWS: "),
        ({"DATAMASTER_CONTRACTS": "/nowhere"}, "DATAMASTER_CONTRACTS: "),
        ({"RETURN_FILES_URL": "/data/returns"}, "RETURN_FILES_URL: "),
    ],
)
def test_a_malformed_variable_is_named_in_one_line_without_its_value(environment: dict[str, str], told: str) -> None:
    with pytest.raises(VariableError) as refused:
        given_variables(environment, own={})

    message = str(refused.value)
    assert told in message
    assert "\n" not in message
    assert "hunter2" not in message


def test_every_malformed_variable_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(VariableError, match=r"JAVA_HOME: .*; DATAMASTER_ROWS: "):
        given_variables({"JAVA_HOME": str(tmp_path / "none"), "DATAMASTER_ROWS": "1.5"}, own={})
