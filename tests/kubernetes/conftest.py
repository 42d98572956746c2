"""A cluster with our manifests on it, a Prefect server with our work pool, and the real worker between them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.work_pool.template import COMMITTED
from sandbox.parts.prefect_parts import prefect_api_url, prefect_server
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes
from tests.kubernetes.control_plane.cluster import Cluster, start_cluster
from tests.kubernetes.control_plane.programs import ProgramsMissing, programs
from tests.kubernetes.node.api import KubernetesApi
from tests.kubernetes.node.kubelet_server import KubeletServer
from tests.kubernetes.node.pod_process import Machine
from tests.kubernetes.node.stand_in import NodeKind, NodeStandIn
from tests.kubernetes.paths import FOLDER_OF_THE_IMAGE, MANIFESTS, REPOSITORY
from tests.kubernetes.prefect_api import PrefectApi

SECRET_PROVIDER_CLASS = Path(__file__).with_name("secret_provider_class.yaml")

VAULT = {"PREFECT-API-KEY": "prefect-key-of-the-vault", "DB-KEY": "database-key", "API-KEY": "api-key"}

SERVICE_NODE = NodeKind("services-0", {"datamaster/workload": "services"}, taint=None)
FLOW_NODE = NodeKind("flows-0", {"datamaster/workload": "flows"}, ("datamaster/workload", "flows"))


@pytest.fixture(scope="session")
def cluster(processes: Processes) -> Cluster:
    """A control plane that knows the secrets store driver's kind."""
    try:
        cluster = start_cluster(programs(), processes)
    except ProgramsMissing as error:
        pytest.exit(f"control plane: {error}", returncode=1)
    cluster.kubectl("apply", "-f", str(SECRET_PROVIDER_CLASS))
    cluster.kubectl("wait", "--for=condition=Established", "crd/secretproviderclasses.secrets-store.csi.x-k8s.io")
    return cluster


@pytest.fixture(scope="session")
def node(cluster: Cluster, new_home: Callable[[], Path]) -> Iterator[NodeStandIn]:
    """A service node and a flow node, labelled and tainted as infra_cdktf has them."""
    credentials = cluster.credentials
    machine = Machine(
        api=KubernetesApi(cluster.url, credentials.admin_token, cluster.trust),
        folder=new_home(),
        authority=credentials.authority,
        vault=VAULT,
        missing_images=set(),
        image_folders={FOLDER_OF_THE_IMAGE: REPOSITORY},
        # As if the image had it: tests need not wait ten seconds for every run.
        image_variables={"PREFECT_WORKER_QUERY_SECONDS": "2"},
    )
    stand_in = NodeStandIn(machine, KubeletServer(credentials.server, credentials.authority))
    stand_in.start(SERVICE_NODE, FLOW_NODE)
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="session")
def prefect(processes: Processes) -> PrefectApi:
    """A Prefect server with the work pool `aks`, made as the deploying workflow makes it."""
    port = ports_of(processes.home, ["prefect-server"], running=())["prefect-server"]
    url, folder = prefect_api_url(port), processes.home.prefect
    variables = {"PREFECT_API_URL": url, "PREFECT_HOME": str(folder)}
    processes.ensure(prefect_server(port, variables))
    create = [Path(sys.executable).with_name("prefect"), "work-pool", "create", "aks", "--type", "kubernetes"]
    command = [*create, "--base-job-template", COMMITTED, "--overwrite"]
    subprocess.run(command, check=True, env=os.environ | variables, capture_output=True)
    return PrefectApi(url)


@pytest.fixture(scope="session")
def manifests(prefect: PrefectApi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our manifests, with the environment of the overlay `dev` filled in as the deploying workflow fills it in."""
    folder = tmp_path_factory.mktemp("manifests") / "kubernetes"
    shutil.copytree(MANIFESTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    properties = folder / "overlays" / "dev" / "environment.properties"
    text = properties.read_text().replace("https://prefect.invalid/api", prefect.url)
    properties.write_text(text)
    return folder


@pytest.fixture(scope="session")
def platform(cluster: Cluster, manifests: Path) -> Cluster:
    """The cluster with all that we deploy to it; no node runs any of it yet."""
    cluster.kubectl("apply", "-k", str(manifests / "overlays" / "dev"))
    return cluster


@pytest.fixture(scope="session")
def workers(platform: Cluster, node: NodeStandIn) -> Cluster:
    """The cluster with our Deployment's two workers at work."""
    assert node.server.port
    platform.kubectl("rollout", "status", "deployment/prefect-worker", "-n", "prefect", "--timeout=50s")
    return platform
