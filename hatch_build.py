"""What the wheel has beside its sources: contracts and exact dependencies.

Contracts are our own, or those of `DATAMASTER_CONTRACTS` where it names a folder. The dependencies are those of
`requirements/wheel.txt`, so that a cluster installs what was tested and nothing newer.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PIN = re.compile(r"^([A-Za-z0-9._-]+==[^\\\n]+?)\s*\\?$", re.MULTILINE)


class WheelContents(BuildHookInterface):
    """Hatch's build hook: the job reads the same contracts as flows, blocks and infrastructure do."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add files and pins; an editable installation reads the folder itself, beside any versions."""
        folder = Path(os.environ.get("DATAMASTER_CONTRACTS") or Path(self.root, "contracts"))
        files = sorted(folder.glob("*.odcs.yaml"))
        if not files:
            raise FileNotFoundError(f"{folder} has no *.odcs.yaml: set DATAMASTER_CONTRACTS to the folder of contracts")
        if version == "editable":
            return
        build_data["force_include"] |= {str(file): f"contracts/{file.name}" for file in files}
        lock = Path(self.root, "requirements", "wheel.txt").read_text(encoding="utf-8")
        build_data["dependencies"] += _PIN.findall(lock)
