"""Runs a contestant's process and measures it with all that it starts: seconds, CPU seconds, memory, bytes read."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from sandbox.home import REPOSITORY
from tests.bench.process_tree import ProcessTree
from tests.bench.report import Measurement

_MIB = 2**20


class WorkFailed(Exception):
    """Raised when a contestant cannot be set up or did not do its work; says what it said."""


def measure(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None, folder: Path = REPOSITORY
) -> Measurement:
    """Run a command to its end in a folder, with these variables beside the user's.

    The last line of its output that is a JSON object tells the seconds of its phases, and other figures by their keys.

    Raises:
        WorkFailed: it ended with another status than 0.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
        tree = ProcessTree(psutil.Process(child.pid))
        with tree.watched():
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise WorkFailed(f"{' '.join(map(str, command[:3]))} ended with {child.returncode}: {_tail(errors)}")
        told = _told(output)
    return Measurement(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime + tree.outliving_cpu_seconds,
        peak_memory_mib=tree.peak_bytes / _MIB,
        bytes_read=tree.bytes_read,
        **told,
    )


def _tail(errors: IO[bytes], most_bytes: int = 2000) -> str:
    errors.seek(0)
    return errors.read()[-most_bytes:].decode(errors="replace").strip()


def _told(output: IO[bytes]) -> dict[str, Any]:
    output.seek(0)
    told = [line for line in output.read().decode().splitlines() if line.startswith("{")]
    return dict(json.loads(told[-1])) if told else {}
