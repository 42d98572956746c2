"""A run begins when all that it needs is there; otherwise it hears of everything that is missing, a line each."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext

import pytest
from azure.core.utils import parse_connection_string
from azure.storage.blob import ContainerClient, ResourceTypes, generate_account_sas
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate

from blocks.images import project_version
from contracts.contract import Contract
from contracts.job_report import TaskReport
from contracts.lake_terms import Layer
from contracts.table_definitions import definitions
from tasks.errors import PreflightFailed
from tasks.preflight.run import check_run
from tasks.transform.transformation import Rebuild
from tests.contract_changes import with_column
from tests.flows.jobs import the_job
from tests.packaged_contracts import RETURNS
from tests.prefect_api import prefect_api
from tests.tasks.preflight.stub_cloud import StubCloud, federate, served
from tests.tasks.scripted_api import Answer, answer, serve

pytestmark = pytest.mark.services

THE_JOB = answer({"jobs": [the_job()], "runs": []})


@pytest.fixture
def contract() -> Contract:
    return RETURNS


def _missing(contract: Contract, sources: list[str] | None = None) -> list[str]:
    with pytest.raises(PreflightFailed) as caught:
        check_run(contract, sources)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (None, ["store-returns", "return-files"]),
        ([], ["store-returns", "return-files"]),
        (["return-files", "store-returns", "return-files"], ["store-returns", "return-files"]),
        (["return-files"], ["return-files"]),
    ],
    ids=["all", "none named", "named in another order", "one"],
)
def test_the_sources_come_in_the_contract_s_order_each_once(
    contract: Contract,
    register: Callable[[str], None],
    tls: SSLContext,
    asked: list[str] | None,
    found: list[str],
) -> None:
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        assert check_run(contract, asked).sources == found


def test_documents_that_are_missing_and_a_source_that_is_unknown_are_told_at_once(
    contract: Contract, migrated_prefect: Path
) -> None:
    with prefect_api(migrated_prefect):
        assert _missing(contract, ["store-returns", "letters", "a-shop"]) == [
            "product-returns has no source a-shop, letters: it has store-returns, return-files",
            "block document lake is missing: register the blocks again (python -m blocks.register)",
            "block document databricks is missing: register the blocks again (python -m blocks.register)",
        ]


def test_a_lake_and_a_job_that_are_not_there_are_told_at_once(
    contract: Contract, storage: str, register: Callable[[str], None], tls: SSLContext
) -> None:
    with serve(answer({"jobs": []}), tls=tls) as databricks:
        register(databricks.url)
        with ContainerClient.from_connection_string(storage, Layer.RAW) as container:
            container.delete_container()
        assert _missing(contract) == [
            "block document lake: cannot list _manifests/product_returns/: 404 ContainerNotFound; "
            "create container raw, or name the account that has it",
            "Databricks has 0 jobs named etl-product-returns: deploy the pipelines stack to have one",
        ]


def test_a_lake_and_a_workspace_that_refuse_the_credentials_are_told_at_once(
    contract: Contract, storage: str, register: Callable[[str], None], tls: SSLContext, tmp_path: Path
) -> None:
    other_key = re.sub("AccountKey=[^;]+", f"AccountKey={b64encode(b'another').decode()}", storage)
    with serve(answer({}, 403), tls=tls) as databricks:
        register(databricks.url)
        (tmp_path / "connection-string").write_text(other_key)
        lake, job = _missing(contract)
    assert lake == (
        "block document lake: the storage account refuses to list _manifests/product_returns/: "
        "403 AuthorizationFailure; check the key, or give the identity Storage Blob Data Contributor on container raw"
    )
    assert job == "Databricks answers 403 to jobs/list (request failed): check the token in block databricks"


def _run_by(contract: Contract) -> list[Answer]:
    """What Databricks answers about a job whose last run was told that contract."""
    report = TaskReport(task="bronze", seconds=1, definitions=definitions(contract))
    state = {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"}
    task = {"run_id": 70, "task_key": "bronze", "state": state}
    run = {"run_id": 7, "state": state, "tasks": [task]}
    return [THE_JOB, answer({"runs": [run]}), answer(run), answer({"logs": report.result_line()})]


def test_a_contract_that_cannot_be_applied_is_refused_before_anything_is_landed(
    contract: Contract, register: Callable[[str], None], tls: SSLContext
) -> None:
    before = with_column(contract, "resellable", transform_logic="quantity = 1")
    with serve(*_run_by(before), tls=tls) as databricks:
        register(databricks.url)
        (refusal,) = _missing(contract)
    assert refusal.startswith("silver.product_returns: logic of resellable was quantity = 1 and is not opened: ")
    assert refusal.endswith("make rebuild DATASET=product-returns LAYER=silver")


@pytest.mark.parametrize("rebuild", Rebuild)
def test_the_layer_to_be_made_anew_may_have_changed(
    contract: Contract, register: Callable[[str], None], tls: SSLContext, rebuild: Rebuild
) -> None:
    weekly, causes = contract.gold_tables
    otherwise = weekly.model_copy(update={"columns": causes.columns})
    before = contract.model_copy(update={"tables": (contract.table, otherwise)})
    with serve(*_run_by(before), tls=tls) as databricks:
        register(databricks.url)
        assert check_run(contract, None, rebuild)


def test_a_source_whose_run_cannot_begin_is_told_and_the_others_go_on(
    contract: Contract,
    register: Callable[[str], None],
    deploy: Callable[..., None],
    connect: Callable[[str], Path],
    tls: SSLContext,
) -> None:
    """One has no deployment; the other lacks first its secret, then nothing."""
    deploy("ingest/return-files", pool="processes")
    secret = connect("return-files")
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        found = check_run(contract, None)
        secret.write_text("file:///returns")
        mended = check_run(contract, None)
    assert found.sources == mended.sources == ["store-returns", "return-files"]
    assert found.refusals["store-returns"].startswith(
        "Prefect has no deployment ingest/store-returns with a work pool:"
    )
    assert found.refusals["return-files"].startswith(f"secret file {secret} cannot be read (No such file or directory)")
    assert mended.refusals.keys() == {"store-returns"}


@pytest.mark.parametrize(("status", "refusal"), [(200, None), (404, "is not in the registry"), (403, "role AcrPull")])
def test_an_image_is_looked_for_where_its_deployment_takes_it_from(
    contract: Contract,
    register: Callable[[str], None],
    deploy: Callable[..., None],
    connect: Callable[[str], Path],
    tls: SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    status: int,
    refusal: str | None,
) -> None:
    manifest, tokens = "HEAD /v2/return-files/manifests/1.0.0", {"refresh_token": "refresh", "access_token": "good"}
    cloud = StubCloud({manifest: answer(b"", status)})
    cloud.routes |= {f"POST /oauth2/{kind}": answer(tokens) for kind in ("exchange", "token")}
    with serve(THE_JOB, tls=tls) as databricks, served(cloud, tls):
        register(databricks.url)
        federate(cloud, monkeypatch, tmp_path)
        connect("return-files").write_text("file:///returns")
        deploy("ingest/return-files", job_variables={"image": f"{cloud.host}/return-files:1.0.0"})
        found = check_run(contract, ["return-files"]).refusals
    assert cloud.asked[-1] == manifest
    assert (refusal in found["return-files"]) if refusal else found == {}


def test_a_job_of_other_tasks_or_another_wheel_is_refused(
    contract: Contract, register: Callable[[str], None], deploy: Callable[..., None], tls: SSLContext
) -> None:
    deploy("lakehouse/product-returns", pool="processes", version="9.9.9")
    jobs = [answer({"jobs": [the_job(("bronze", "silver"))]}), answer({"jobs": [the_job(wheel=None)]}), THE_JOB]
    told = []
    for job in jobs:
        with serve(job, tls=tls) as databricks:
            register(databricks.url)
            told += _missing(contract)
    tasks, no_wheel, other_wheel = told
    assert tasks == "its tasks are bronze, silver, and must be bronze, silver, gold: deploy the pipelines stack"
    assert "(bronze none; silver none; gold none): upload datamaster-9.9.9-py3-none-any.whl" in no_wheel
    assert f"(bronze datamaster-{project_version()}-py3-none-any.whl; " in other_wheel


def test_a_pool_that_is_paused_is_told_with_how_it_goes_on(
    contract: Contract, register: Callable[[str], None], deploy: Callable[..., None], tls: SSLContext
) -> None:
    deploy("ingest/return-files", pool="paused")

    async def pause() -> None:
        async with get_client() as client:
            await client.update_work_pool("paused", WorkPoolUpdate(is_paused=True))

    asyncio.run(pause())
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        found = check_run(contract, ["return-files"])
    assert found.refusals == {"return-files": "work pool paused is paused: prefect work-pool resume paused"}


def test_a_lake_that_can_be_read_alone_is_told(
    contract: Contract, storage: str, register: Callable[[str], None], tls: SSLContext, tmp_path: Path
) -> None:
    account = parse_connection_string(storage)
    later = datetime.now(UTC) + timedelta(hours=1)
    reading = generate_account_sas(
        account["accountname"], account["accountkey"], ResourceTypes(container=True, object=True), "rl", later
    )
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        (tmp_path / "connection-string").write_text(
            f"BlobEndpoint={account['blobendpoint']};SharedAccessSignature={reading}"
        )
        (told,) = _missing(contract)
    assert told.startswith(
        "block document lake: the storage account refuses to write _preflight/probe: "
        "403 AuthorizationPermissionMismatch; "
    )
