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

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage
from contracts.folder import read_contracts
from contracts.lake_terms import Layer
from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import from_source


@pytest.fixture(scope="session", autouse=True)
def _prefect() -> Iterator[None]:
    with prefect_test_harness():
        yield


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SSLContext:
    """What a server of the test shows, and every client of the test trusts."""
    home = SandboxHome(tmp_path)
    ensure_certificates(home)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(home.tls / "ca-bundle.pem"))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.tls / "server.pem", home.tls / "server.key")
    return context


@pytest.fixture
def register(storage: str, tmp_path: Path) -> Callable[[str], None]:
    """Save the documents that a run loads, Databricks at the address given."""
    files = {"connection-string": storage, "token": "planted-token"}
    for name, secret in files.items():
        (tmp_path / name).write_text(secret)
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container, suppress(ResourceExistsError):
        container.create_container()

    def save(databricks_url: str) -> None:
        address = databricks_url.removeprefix("https://")
        lake = LakeStorage(account_url="https://unused", connection_string_file=str(tmp_path / "connection-string"))
        lake.save(LAKE_DOCUMENT, overwrite=True)
        databricks = DatabricksWorkspace(host=address, token_file=str(tmp_path / "token"))
        databricks.save(DATABRICKS_DOCUMENT, overwrite=True)

    return save


@pytest.fixture
def land_returns(storage: str, tmp_path: Path) -> Iterator[Callable[[str, int], None]]:
    """Land a file of so many returns; nothing of it is left when the test ends."""
    contract, folder = read_contracts().dataset("product_returns"), tmp_path / "returns"
    folder.mkdir()
    header = "devolucao;data_devolucao;produto;quantidade;aberto;motivo;cpf;atualizado_em"
    row = "TR-{:010};31/01/2026;TV;1;S;;529.982.247-25;31/01/2026 12:00:00"
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container:

        def land(name: str, rows: int) -> None:
            (folder / name).write_text("\n".join([header, *(row.format(number) for number in range(rows))]))
            (report,) = from_source(contract, "return-files", folder.as_uri())(RawContainer(container))
            assert report.manifest.rows.landed == rows

        yield land
        container.delete_blobs(*container.list_blob_names())
