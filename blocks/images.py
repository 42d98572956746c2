"""Names of the images that flows run in: `‹source›:‹version›`, in whatever registry an environment has.

A source has a version of its own in `deployments/‹source›/VERSION`; without one it has the project's.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PARENT_IMAGE = "lakehouse"
"""The image of the parent flows and of maintenance."""

OF_NO_SOURCE = (PARENT_IMAGE, "worker")
"""The images that belong to no source; the second is that of Prefect's worker."""


def image_name(name: str, project: Path = PROJECT) -> str:
    """The image of that source, or of the flows that belong to none."""
    file = project / "deployments" / name / "VERSION"
    version = file.read_text(encoding="utf-8").strip() if file.exists() else project_version(project)
    return f"{name}:{version}"


def project_version(project: Path = PROJECT) -> str:
    """The version in `pyproject.toml`, which the jobs' wheel carries too."""
    document = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return str(document["project"]["version"])
