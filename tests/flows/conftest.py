"""A Prefect API of its own, and the documents that a run loads: a real storage account, a Jobs API's address."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any
from uuid import UUID

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerClient
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage, SourceConnection
from contracts.lake_terms import Layer
from deployments.work_pool.template import COMMITTED
from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tasks.land.raw_container import RawContainer
from tests.packaged_contracts import RETURNS
from tests.prefect_api import prefect_api
from tests.tasks.ingestions import from_source


@pytest.fixture(scope="session", autouse=True)
def _prefect(migrated_prefect: Path) -> Iterator[None]:
    with prefect_api(migrated_prefect):
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
def deploy() -> Iterator[Callable[..., None]]:
    """Deploy flows to the work pool `aks`, which starts images, or to one of processes; gone when the test ends."""
    made: list[str] = []

    def save(name: str, **more: Any) -> None:
        made.append(asyncio.run(_deploy(name, **more)))

    yield save
    asyncio.run(_delete(made))


async def _deploy(name: str, pool: str = "aks", **more: Any) -> str:
    kind = {"aks": "kubernetes"}.get(pool, "process")
    template = json.loads(COMMITTED.read_bytes()) if pool == "aks" else {}
    flow, _, own = name.partition("/")
    async with get_client() as client:
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(WorkPoolCreate(name=pool, type=kind, base_job_template=template))
        flow_id = await client.create_flow_from_name(flow)
        return str(await client.create_deployment(flow_id, own, work_pool_name=pool, **more))


async def _delete(deployment_ids: list[str]) -> None:
    async with get_client() as client:
        for deployment_id in deployment_ids:
            await client.delete_deployment(UUID(deployment_id))


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[str], Path]:
    """Save a source's document, which names a file that is returned and is not there yet."""

    def save(source: str) -> Path:
        file = tmp_path / source
        SourceConnection(settings={}, secret_files={"url": str(file)}).save(source, overwrite=True)
        return file

    return save


@pytest.fixture
def land_returns(storage: str, tmp_path: Path) -> Iterator[Callable[[str, int], None]]:
    """Land a file of so many returns; nothing of it is left when the test ends."""
    contract, folder = RETURNS, tmp_path / "returns"
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
