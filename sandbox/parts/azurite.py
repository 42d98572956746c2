"""The lake's storage account: Azurite's blob service, which the ABFS driver and the Blob clients both speak to."""

from __future__ import annotations

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient

from sandbox.home import SandboxHome
from sandbox.parts.node_packages import AZURITE_BLOB, NODE
from sandbox.processes.ports import LOOPBACK
from sandbox.processes.processes import Service
from sandbox.processes.readiness import answers

ACCOUNT = "devstoreaccount1"
LANDING, BRANCH_FOLDER = "landing", "branches"
"""The container that files are dropped into, and the branches' folder in it."""

CONTAINERS = ("raw", "bronze", "silver", "gold", LANDING)


def connection_string(port: int, account_key: str) -> str:
    """How Blob clients reach the account."""
    endpoint = f"http://{LOOPBACK}:{port}/{ACCOUNT}"
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={account_key};BlobEndpoint={endpoint};"


def azurite(home: SandboxHome, port: int, account_key: str) -> Service:
    """Azurite on ``port`` with its data in the home folder."""
    data = home.folder / "azurite"
    data.mkdir(parents=True, exist_ok=True)
    options = ["--location", str(data), "--blobHost", LOOPBACK, "--blobPort", str(port)]
    return Service(
        name="azurite",
        command=[str(NODE), str(AZURITE_BLOB), *options, "--skipApiVersionCheck", "--disableTelemetry", "--silent"],
        environment={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{account_key}"},
        is_ready=lambda: answers(f"http://{LOOPBACK}:{port}/{ACCOUNT}?comp=list"),
    )


def create_containers(connection: str) -> None:
    """Create the containers that are not there."""
    with BlobServiceClient.from_connection_string(connection) as account:
        present = {container.name for container in account.list_containers()}
        for name in CONTAINERS:
            if name not in present:
                try:
                    account.create_container(name)
                except ResourceExistsError:
                    continue
