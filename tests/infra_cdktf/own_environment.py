"""Virtual environments apart from the project's, installed from a lock with hashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra_cdktf.main import PROJECT


def make_environment(folder: Path, lock: str) -> Path:
    """An environment in `folder` that holds what `requirements/‹lock›` locks; returns its folder of programs."""
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True, cwd=PROJECT)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    install = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--requirements"]
    subprocess.run([*install, PROJECT / "requirements" / lock], check=True, cwd=PROJECT)
    return python.parent
