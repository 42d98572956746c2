"""Where the files lie that these tests are about, and the names that they share."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
MANIFESTS = REPOSITORY / "deployments" / "kubernetes"
FOLDER_OF_THE_IMAGE = "/opt/datamaster"
IMAGE = "registry.invalid/sample:1.0.0"
