"""What is registered is what was meant, and what cannot be used is told a line each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from pydantic.v1 import Field, SecretStr, ValidationError

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage, SourceConnection
from blocks.register import documents, lakehouse_documents, main, register
from blocks.settings import LakehouseSettings
from contracts.folder import read_contracts
from tests.prefect_api import prefect_api

USABLE = {
    "LAKE_URL": "abfss://datamaster.dfs.core.windows.net",
    "DATABRICKS_HOST": "127.0.0.1:8443",
    "DATABRICKS_TOKEN_FILE": "/secrets/token",
    "CUSTOMERS_API_URL": "https://customers.example.com",
    "CUSTOMERS_API_KEY_FILE": "/secrets/key",
    "BRANCH_FILES_URL": "file:///branches",
    "RETURN_FILES_URL": "file:///returns",
    "STORE_DATABASE_URL_FILE": "/secrets/database",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in LakehouseSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in USABLE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture(scope="module")
def _prefect(migrated_prefect: Path) -> Iterator[None]:
    with prefect_api(migrated_prefect):
        yield


@pytest.mark.usefixtures("environment")
def test_the_workspace_gets_the_file_of_the_sandbox_s_token() -> None:
    made = lakehouse_documents(LakehouseSettings())
    assert made[DATABRICKS_DOCUMENT] == DatabricksWorkspace(host="127.0.0.1:8443", token_file="/secrets/token")


def test_a_workspace_and_a_lake_in_azure_are_opened_by_identity(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABRICKS_HOST", "adb-1.azuredatabricks.net")
    environment.delenv("DATABRICKS_TOKEN_FILE")
    assert lakehouse_documents(LakehouseSettings()) == {
        LAKE_DOCUMENT: LakeStorage(account_url="https://datamaster.blob.core.windows.net"),
        DATABRICKS_DOCUMENT: DatabricksWorkspace(host="adb-1.azuredatabricks.net"),
    }


def test_no_document_gives_a_workspace_in_azure_a_static_token() -> None:
    with pytest.raises(ValidationError, match="accepted in the sandbox only") as caught:
        DatabricksWorkspace(host="adb-1.azuredatabricks.net", token_file="/planted")
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (
            {"CUSTOMERS_API_URL": "\n", "STORE_DATABASE_URL_FILE": "", "BRANCH_FILES_URL": "", "LAKE_URL": "planted"},
            [
                "store-database: set STORE_DATABASE_URL",
                "customers-api: set CUSTOMERS_API_URL",
                "branch-files: set BRANCH_FILES_URL",
                "store-returns: set STORE_DATABASE_URL",
                "environment: LAKE_URL String should match pattern",
            ],
        ),
        (
            {"DATABRICKS_TOKEN_FILE": "planted", "LAKE_URL": "planted"},
            [
                "environment: LAKE_URL String should match pattern",
                "environment: DATABRICKS_TOKEN_FILE String should match",
            ],
        ),
        (
            {"DATABRICKS_HOST": "adb-1.azuredatabricks.net"},
            ["environment: Value error, DATABRICKS_TOKEN_FILE: a personal access token is accepted in the sand"],
        ),
    ],
)
def test_what_cannot_be_used_is_told_a_line_each(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changes: dict[str, str], lines: list[str]
) -> None:
    environment.delenv("STORE_DATABASE_URL", raising=False)
    for name, value in changes.items():
        environment.setenv(name, value)
    assert main() == 2
    told = capsys.readouterr().err
    assert [line[: len(start)] for line, start in zip(told.splitlines(), lines, strict=True)] == lines
    assert "plant" not in told


class EarlierConnection(Block):
    """As this project once registered sources: with a copy of the secrets."""

    _block_type_name = SourceConnection._block_type_name
    _block_type_slug = SourceConnection._block_type_slug

    url: SecretStr = Field(default=...)


async def _data(name: str) -> dict[str, object]:
    async with get_client() as client:
        found = await client.read_block_document_by_name(name, "source-connection")
        return dict(found.data)


@pytest.mark.services
@pytest.mark.usefixtures("environment", "_prefect")
def test_registering_leaves_nothing_of_an_earlier_document() -> None:
    EarlierConnection(url=SecretStr("postgresql://me:planted@host/store")).save("store-database")
    for _ in range(2):
        slugs = asyncio.run(register(documents(read_contracts(), USABLE)))
    assert slugs[0] == "source-connection/store-database"
    assert slugs[-2:] == ["lake-storage/lake", "databricks-workspace/databricks"]
    assert asyncio.run(_data("store-database")) == {"settings": {}, "secret_files": {"url": "/secrets/database"}}
