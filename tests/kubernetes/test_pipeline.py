"""Sources of the sandbox, ingested by pods: the same flow, blocks and lake that the process pool uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts.lake_terms import Layer
from sandbox.generator.command_line import population_of
from tasks.kubernetes.losses import Policy
from tests.end_to_end import expectation
from tests.end_to_end.running_sandbox import RunningSandbox
from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.lost_runs import SHORT, LostRuns
from tests.kubernetes.node.stand_in import NodeStandIn
from tests.kubernetes.paths import IMAGE, REPOSITORY
from tests.kubernetes.prefect_api import PrefectApi
from tests.packaged_contracts import PURCHASES as CONTRACT

pytestmark = pytest.mark.kubernetes

AT_ONCE = Policy(patience=SHORT, restart_delay=timedelta(0))
OF_THIS_MACHINE = ("SSL_CERT_FILE", "NO_PROXY", "no_proxy")
"""Certificates and addresses that a pod on AKS needs not be told."""


@pytest.fixture(scope="module")
def sandbox(prefect: PrefectApi, new_home: Callable[[], Path]) -> Iterator[RunningSandbox]:
    """Sources and lake, with their blocks on the Prefect server that the work pool `aks` is on."""
    running = RunningSandbox(new_home(), {"DATAMASTER_ROWS": "300", "PREFECT_API_URL": prefect.url})
    running.command("sandbox", "up")
    yield running
    running.command("sandbox", "down")


@pytest.fixture
def runs(
    workers: Cluster, node: NodeStandIn, prefect: PrefectApi, sandbox: RunningSandbox, tmp_path: Path
) -> Callable[[str], LostRuns]:
    """Starts the run of a source on the pool `aks`; it is called after its source."""

    def start(source: str) -> LostRuns:
        variables = {"image": IMAGE, "env": {name: sandbox.variables[name] for name in OF_THIS_MACHINE}}
        deployment = prefect.deploy(
            "ingest",
            source,
            entrypoint="flows/ingest.py:ingest",
            pool="aks",
            path=str(REPOSITORY),
            parameters={"dataset": CONTRACT.slug, "source": source},
            job_variables=variables,
        )
        return LostRuns(workers, node, prefect, tmp_path, {source: prefect.run(deployment)})

    return start


def _rows_in_raw(sandbox: RunningSandbox, source: str) -> int:
    raw = sandbox.container(Layer.RAW)
    names = [name for name in sandbox.blob_names(Layer.RAW) if name.startswith(f"{CONTRACT.name}/{source}/")]
    return sum(raw.download_blob(name).readall().count(b"\n") for name in names)


def _rows_at_the_source(sandbox: RunningSandbox, source: str) -> int:
    """Those that a landing rule does not keep out."""
    population, generation = population_of(sandbox.home)
    found = expectation.versions(population, CONTRACT, generation)
    return found.filter(pl.col("source") == source, pl.col("outcome") != "quarantined").height


def test_source_is_landed_by_a_pod(runs: Callable[[str], LostRuns], sandbox: RunningSandbox) -> None:
    source = "store-database"
    ingestion = runs(source)
    ingestion.wait(source, "COMPLETED")
    assert _rows_in_raw(sandbox, source) == _rows_at_the_source(sandbox, source) > 0


def test_evicted_ingestion_is_started_again_and_lands_every_row_once(
    runs: Callable[[str], LostRuns], sandbox: RunningSandbox
) -> None:
    source = "customers-api"
    ingestion = runs(source)
    ingestion.running_pod(source).evict("The node was low on resource: memory.")
    ingestion.wait_for_end(source)
    assert ingestion.look_until_settled(source, AT_ONCE).restarted
    ingestion.wait(source, "COMPLETED")
    assert len(ingestion.jobs(source)) == 2
    assert _rows_in_raw(sandbox, source) == _rows_at_the_source(sandbox, source) > 0
