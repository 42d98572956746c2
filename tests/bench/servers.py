"""The sandbox's servers as the lines of landing need them, in a home of their own."""

from __future__ import annotations

import base64
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stamina
from adbc_driver_postgresql import dbapi
from azure.storage.blob import ContainerClient

from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.azurite import azurite, connection_string
from sandbox.parts.node_packages import ensure_node_packages
from sandbox.parts.postgres import postgres, store_database_url
from sandbox.processes.ports import LOOPBACK, ports_of
from sandbox.processes.processes import Processes, Service
from sandbox.processes.readiness import answers

_REQUESTS_PER_SECOND = 10_000.0
"""More than anybody asks for: what is measured is reading, not waiting."""


@dataclass(frozen=True)
class Servers:
    """Servers that start when they are asked for."""

    processes: Processes
    password: str

    def storage(self) -> str:
        """Connection string of a running storage account."""
        ensure_node_packages(self.processes.home.log("npm"))
        port, key = self._port("azurite"), base64.b64encode(secrets.token_bytes(32)).decode()
        self.processes.ensure(azurite(self.processes.home, port, key))
        return connection_string(port, key)

    def database(self) -> str:
        """URL of an empty store database."""
        port = self._port("postgres")
        self.processes.ensure(postgres(self.processes.home, port, self.password))
        url = store_database_url(port, self.password)
        for attempt in stamina.retry_context(on=dbapi.OperationalError, timeout=30):  # it listens before it is ready
            with attempt, dbapi.connect(url):
                pass
        return url

    def customers_api(self, database: Path) -> str:
        """URL of the customers API over a file of purchases; the password is its key."""
        port = self._port("customers-api")
        options = ["--database", str(database), "--port", str(port)]
        limit = ["--requests-per-second", str(_REQUESTS_PER_SECOND)]
        service = Service(
            name="customers-api",
            command=[sys.executable, "-m", "sandbox.customers_api", *options, *limit],
            environment={"CUSTOMERS_API_KEY": self.password},
            is_ready=lambda: answers(f"http://{LOOPBACK}:{port}/health", expected_status=200),
            folder=REPOSITORY,
        )
        self.processes.ensure(service)
        return f"http://{LOOPBACK}:{port}"

    def _port(self, part: str) -> int:
        return ports_of(self.processes.home, [part], running=())[part]


@contextmanager
def servers() -> Iterator[Servers]:
    """Servers that are stopped at the end, with all that they keep."""
    with tempfile.TemporaryDirectory(prefix="datamaster-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # run by root, PostgreSQL works as another user
        running = Servers(Processes(SandboxHome(Path(folder)), secrets.token_hex(8)), secrets.token_hex(16))
        try:
            yield running
        finally:
            running.processes.stop_all()


def container(storage: str, round_folder: Path) -> ContainerClient:
    """The container of a round, named after its folder; names neither end with a hyphen nor hold two together."""
    name = "".join(character for character in round_folder.name.lower() if character.isalnum())
    return ContainerClient.from_connection_string(storage, f"raw-{name}")


def bytes_in(client: ContainerClient) -> int:
    """Size of all blobs that are visible in the container."""
    return sum(blob.size for blob in client.list_blobs())
