"""Whole sandboxes, each in a home of its own, stopped when their tests are over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.running_sandbox import RunningSandbox


@pytest.fixture(scope="module")
def sandbox(new_home: Callable[[], Path]) -> Iterator[RunningSandbox]:
    running = RunningSandbox(new_home(), {"DATAMASTER_ROWS": "3000"})
    yield running
    running.command("sandbox", "down")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")
