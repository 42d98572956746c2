"""A run begins when all that it needs is there; otherwise it hears of everything that is missing, a line each."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext

import pytest
from azure.storage.blob import ContainerClient
from prefect.testing.utilities import prefect_test_harness

from contracts.contract import Contract
from contracts.folder import read_contracts
from contracts.job_report import TaskReport
from contracts.lake_terms import Layer
from contracts.table_definitions import definitions
from tasks.errors import PreflightFailed
from tasks.preflight.run import check_run
from tasks.transform.transformation import Rebuild
from tests.contract_changes import with_column
from tests.flows.jobs import the_job
from tests.tasks.scripted_api import Answer, answer, serve

pytestmark = pytest.mark.services

THE_JOB = answer({"jobs": [the_job()], "runs": []})


@pytest.fixture
def contract() -> Contract:
    return read_contracts().dataset("product_returns")


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


def test_documents_that_are_missing_and_a_source_that_is_unknown_are_told_at_once(contract: Contract) -> None:
    with prefect_test_harness():
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
            "lake: cannot list _manifests/product_returns/: 404 ContainerNotFound: "
            "check the container raw and the credentials in block document lake",
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
        "lake: the storage account refuses to list _manifests/product_returns/: AuthorizationFailure: "
        "check the container raw and the credentials in block document lake"
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
