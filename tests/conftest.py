"""What tests of several folders share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST = ("end_to_end", "spark_jobs")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep a folder's tests on one worker: they share embedded parts, one Spark, one synthesis."""
    item.add_marker(pytest.mark.xdist_group(_folder(item)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest, each on a worker of its own; the others fill the rest of the time."""
    items.sort(key=lambda item: LONGEST.index(_folder(item)) if _folder(item) in LONGEST else len(LONGEST))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def new_home() -> Iterator[Callable[[], Path]]:
    """Makes homes for embedded parts, outside pytest's own folder.

    Run by root, PostgreSQL works as another user, whom every pytest that starts locks out of pytest's folder.
    """
    with ExitStack() as stack:

        def home() -> Path:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="datamaster-", ignore_cleanup_errors=True))
            )
            folder.chmod(0o711)
            return folder

        yield home
