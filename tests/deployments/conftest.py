"""A Prefect server that tests of this folder share."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.home import SandboxHome
from sandbox.parts.prefect_parts import prefect_api_url, prefect_server
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes


@pytest.fixture(scope="session")
def prefect_url(new_home: Callable[[], Path]) -> Iterator[str]:
    """A Prefect server that holds nothing at first."""
    home = SandboxHome(new_home())
    port = ports_of(home, ["prefect-server"], running=())["prefect-server"]
    url = prefect_api_url(port)
    processes = Processes(home, secrets.token_hex(8))
    try:
        processes.ensure(prefect_server(port, {"PREFECT_HOME": str(home.prefect), "PREFECT_API_URL": url}))
        yield url
    finally:
        processes.stop_all()
