"""What a source's run makes of a storage account that it cannot use: what cannot pass is not tried again."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from typing import Any

import pytest
from azure.core.utils import parse_connection_string
from azure.storage.blob import ContainerClient, ResourceTypes, generate_account_sas
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import State

from contracts.lake_terms import Layer
from flows.ingest import ingest
from tasks.errors import AccessRefused
from tasks.land.parts import PARTS_IN_FLIGHT
from tasks.land.raw_container import RawContainer
from tasks.landing_steps import land_source
from tests.tasks.preflight.stub_cloud import TENANT, StubCloud, federate, served
from tests.tasks.scripted_api import answer
from tests.tasks.troubled_storage import Operation, TroubledStorage, troubled

pytestmark = pytest.mark.services

RETURN = (
    "devolucao;data_devolucao;produto;quantidade;aberto;motivo;cpf;atualizado_em\n"
    "TR-0000000001;31/01/2026;TV;1;S;;529.982.247-25;31/01/2026 12:00:00\n"
)


@pytest.fixture
def account(
    storage: str, register: Callable[[str], None], connect: Callable[[str], Path], tmp_path: Path
) -> Iterator[TroubledStorage]:
    """The lake behind a server that counts its requests, and a file to land in it."""
    register("https://unused")
    (tmp_path / "branches").mkdir()
    (tmp_path / "branches" / "a.csv").write_text(RETURN)
    connect("return-files").write_text((tmp_path / "branches").as_uri())
    with troubled(storage) as account:
        yield account
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container:
        if container.exists():
            container.delete_blobs(*container.list_blob_names())


def _ingest(tmp_path: Path, connection: str) -> tuple[State[Any], int]:
    """How a run of the source ends that opens the lake so, and how often it tried to land."""
    (tmp_path / "connection-string").write_text(connection)
    state = ingest("product-returns", "return-files", return_state=True)

    async def attempts() -> int:
        async with get_client() as client:
            chosen = FlowRunFilter(id={"any_": [state.state_details.flow_run_id]})
            (run,) = [run for run in await client.read_task_runs(flow_run_filter=chosen) if "land" in run.name]
            return run.run_count

    return state, asyncio.run(attempts())


def test_a_wrong_key_is_tried_once_by_each_step(account: TroubledStorage, tmp_path: Path) -> None:
    other_key = re.sub("AccountKey=[^;]+", f"AccountKey={b64encode(b'another').decode()}", account.connection)
    state, attempts = _ingest(tmp_path, other_key)
    assert "AccessRefused: the storage account refuses to list _manifests/product_returns/return-files" in state.message
    assert "403 AuthorizationFailure; check the key" in state.message
    assert attempts == 1
    assert sum(account.times()) == 2  # landing, and the record of what was landed


def test_a_missing_container_is_tried_once_by_each_step(account: TroubledStorage, storage: str, tmp_path: Path) -> None:
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container:
        container.delete_container()
    state, attempts = _ingest(tmp_path, account.connection)
    assert "404 ContainerNotFound; create container raw, or name the account that has it" in state.message
    assert attempts == 1
    assert sum(account.times()) == 2


@pytest.mark.chaos  # preflight's test of such a lake is in every run
def test_a_lake_that_can_be_read_alone_is_not_written_to_again_and_again(
    account: TroubledStorage, tmp_path: Path
) -> None:
    opened, later = parse_connection_string(account.connection), datetime.now(UTC) + timedelta(hours=1)
    kinds = ResourceTypes(container=True, object=True)
    reading = generate_account_sas(opened["accountname"], opened["accountkey"], kinds, "rl", later)
    connection = f"BlobEndpoint={opened['blobendpoint']};SharedAccessSignature={reading}"
    state, attempts = _ingest(tmp_path, connection)
    assert state.message.startswith("AccessRefused: the storage account refuses to write product_returns/return-files/")
    assert "403 AuthorizationPermissionMismatch; check the key" in state.message
    assert attempts == 1
    assert 1 <= sum(account.times({Operation.PUT_BLOCK})) <= 2 * PARTS_IN_FLIGHT


@pytest.mark.chaos  # all tries of a request take a minute
def test_what_a_busy_account_refused_is_landed_by_the_next_attempt(
    account: TroubledStorage, storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land_source, "retry_delay_seconds", 1)
    account.spoiled, account.spoiled_tries = frozenset({Operation.PUT_BLOCK}), 6
    account.within = f"/{Layer.RAW}/product_returns/"
    state, attempts = _ingest(tmp_path, account.connection)
    assert state.is_completed()
    assert attempts == 2
    with ContainerClient.from_connection_string(storage, Layer.RAW) as container:
        (name,) = RawContainer(container).names("product_returns/return-files/")


def test_an_identity_that_gets_no_token_is_asked_for_once(
    tls: SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with served(StubCloud(), tls) as cloud:
        federate(cloud, monkeypatch, tmp_path)
        told = {"error": "invalid_client", "error_description": "AADSTS700213: no matching federated identity."}
        cloud.routes[f"POST /{TENANT}/oauth2/v2.0/token"] = answer(told, 401)
        raw = RawContainer.connect(Layer.RAW, connection_string=None, account_url=cloud.url)
        with pytest.raises(AccessRefused, match="refuses to list a: ClientAuthenticationError; check the key"):
            raw.first("a")
    assert [asked for asked in cloud.asked if asked.startswith("POST")] == [f"POST /{TENANT}/oauth2/v2.0/token"]
