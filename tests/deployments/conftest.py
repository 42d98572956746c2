"""A Prefect server that tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.prefect_api import prefect_server_of


@pytest.fixture(scope="session")
def prefect_url(new_home: Callable[[], Path], migrated_prefect: Path) -> Iterator[str]:
    """A Prefect server that holds nothing at first."""
    with prefect_server_of(new_home(), migrated_prefect) as url:
        yield url
