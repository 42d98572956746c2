"""A Prefect API of its own, and the documents that a run loads: a real storage account, a Jobs API's address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerClient
from prefect.testing.utilities import prefect_test_harness
from prefect_azure import AzureBlobStorageCredentials
from prefect_databricks import DatabricksCredentials

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT
from contracts.lake_terms import Layer
from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates


@pytest.fixture(scope="session", autouse=True)
def _prefect() -> Iterator[None]:
    with prefect_test_harness():
        yield


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SSLContext:
    """What a server of the test shows, and every client of the test trusts."""
    home = SandboxHome(tmp_path)
    ensure_certificates(home)
    monkeypatch.setenv("SSL_CERT_FILE", str(home.tls / "ca-bundle.pem"))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.tls / "server.pem", home.tls / "server.key")
    return context


@pytest.fixture
def register(storage: str) -> Callable[[str], None]:
    """Save the documents that a run loads, Databricks at the address given."""
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container, suppress(ResourceExistsError):
        container.create_container()

    def save(databricks_url: str) -> None:
        address = databricks_url.removeprefix("https://")
        AzureBlobStorageCredentials(connection_string=storage).save(LAKE_DOCUMENT, overwrite=True)
        DatabricksCredentials(databricks_instance=address, token="planted-token").save(
            DATABRICKS_DOCUMENT, overwrite=True
        )

    return save
