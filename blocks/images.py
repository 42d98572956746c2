"""The images that are deployed, and the version of each: `‹source›:‹version›`.

A source has a version of its own in `deployments/‹source›/VERSION`, else the project's, so that a new source is one
entry of a contract. Two images belong to no source and have the project's: that of the parent and maintenance flows,
and the worker's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from contracts.folder import Contracts

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT, DEPLOYMENTS = "pyproject.toml", "deployments"
PARENT_IMAGE = "lakehouse"
"""The image of the parent flows and of maintenance."""

OF_NO_SOURCE = (PARENT_IMAGE, "worker")
"""The images that belong to no source; the second is that of Prefect's worker."""

Read = Callable[[str], str | None]
"""The text of a file of the repository by its path, None where there is no such file."""


def image_names(contracts: Contracts) -> list[str]:
    """Every source, and what belongs to none.

    Raises:
        ValueError: a source is called as an image is that belongs to none.
    """
    names = [source.name for contract in contracts.datasets for source in contract.sources]
    if taken := sorted({*names}.intersection(OF_NO_SOURCE)):
        raise ValueError(f"a source is called {taken[0]}, as an image is that belongs to no source: rename it")
    return [*names, *OF_NO_SOURCE]


def checked_out(path: str, repository: Path = REPOSITORY) -> str | None:
    """The text of that file as it is now."""
    file = repository / path
    return file.read_text(encoding="utf-8") if file.is_file() else None


def image_name(name: str, read: Read = checked_out) -> str:
    """The image of that source, or of the flows that belong to none."""
    return f"{name}:{image_version(name, read)}"


def image_version(name: str, read: Read) -> str:
    """The version of that image, as the files say that are read."""
    own = read(version_file(name))
    return own.strip() if own else project_version(read)


def project_version(read: Read = checked_out) -> str:
    """The version in `pyproject.toml`, which the jobs' wheel carries too."""
    return str(tomllib.loads(read(PROJECT) or "")["project"]["version"])


def version_file(name: str) -> str:
    """Path of the image's own version in the repository."""
    return f"{DEPLOYMENTS}/{name}/VERSION"
