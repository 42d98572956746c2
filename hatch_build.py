"""Puts the contracts of `DATAMASTER_CONTRACTS`, where it names a folder, into the wheel in place of our own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContractsInWheel(BuildHookInterface):
    """Hatch's build hook: the job reads the same contracts as flows, blocks and infrastructure do."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files; an editable installation reads the folder itself."""
        folder = Path(os.environ.get("DATAMASTER_CONTRACTS") or Path(self.root, "contracts"))
        files = sorted(folder.glob("*.odcs.yaml"))
        if not files:
            raise FileNotFoundError(f"{folder} has no *.odcs.yaml: set DATAMASTER_CONTRACTS to the folder of contracts")
        if version != "editable":
            build_data["force_include"] |= {str(file): f"contracts/{file.name}" for file in files}
