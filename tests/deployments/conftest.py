"""A Prefect server that tests of this folder share."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.home import SandboxHome
from sandbox.parts.prefect_parts import prefect_api_url, prefect_server
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes


@pytest.fixture(scope="session")
def prefect_url(new_home: Callable[[], Path], migrated_prefect: Path) -> Iterator[str]:
    """A Prefect server that holds nothing at first."""
    home = SandboxHome(new_home())
    home.prefect.mkdir()
    shutil.copyfile(migrated_prefect, home.prefect / "prefect.db")
    port = ports_of(home, ["prefect-server"], running=())["prefect-server"]
    url = prefect_api_url(port)
    processes = Processes(home, secrets.token_hex(8))
    try:
        processes.ensure(prefect_server(port, {"PREFECT_HOME": str(home.prefect), "PREFECT_API_URL": url}))
        yield url
    finally:
        processes.stop_all()
