"""Environments of tools that nothing imports, each made of a lock of its own: `requirements/‹name›.txt`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from sandbox.bootstrap import REPOSITORY, TOOLS
from sandbox.bootstrap_environment import package_sources


def locked_programs(name: str) -> Path:
    """The folder of programs of the environment `build/‹name›`, which is made now unless the lock made it before.

    Raises:
        CalledProcessError: it cannot be made; uv has said why.
    """
    lock, environment = REPOSITORY / "requirements" / f"{name}.txt", REPOSITORY / "build" / name
    python, stamp = environment / "bin" / "python", environment / ".made-from"
    made_from = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made_from):
        into = ["--python", python, "--require-hashes", "--requirements", lock]
        variables = os.environ | package_sources(TOOLS / "bin" / "python")
        for step in (["venv", "--clear", "--python", sys.executable, environment], ["pip", "install", *into]):
            subprocess.run([find_uv_bin(), *step, "--quiet"], check=True, cwd=REPOSITORY, env=variables)
        stamp.write_text(made_from, encoding="utf-8")
    return python.parent
