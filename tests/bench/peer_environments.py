"""Peers' programs: each runs in an environment of its own, made of `requirements/‹name›.txt` and kept in `build/`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.bootstrap import REQUIREMENTS
from tests.bench.processes import WorkFailed, measure
from tests.bench.report import Measurement
from tests.repository.locked_environment import locked_programs

PEERS = Path(__file__).parent / "peers"
POLARS, DLT, SAIL, SPARK = "bench-polars", "bench-dlt", "bench-sail", "spark"
"""Locks: the last one is the project's own, because plain PySpark shall be the same Spark."""


def run_peer(
    lock: str, script: str, arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> Measurement:
    """Run a peer's script in the environment of a lock.

    Raises:
        WorkFailed: the environment cannot be made, or the script failed.
    """
    try:
        python = locked_programs(lock) / "python"
    except subprocess.CalledProcessError as error:
        raise WorkFailed(f"its environment cannot be made of requirements/{lock}.txt: {error}") from error
    return measure([python, PEERS / script, *arguments], environment)


def pinned(lock: str, package: str) -> str:
    """The version of a package in a lock."""
    found = re.search(rf"^{re.escape(package)}==(\S+)", (REQUIREMENTS / f"{lock}.txt").read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"requirements/{lock}.txt does not pin {package}")
    return found[1]
