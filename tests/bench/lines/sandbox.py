"""Whole runs of the sandbox (`make run`): many rows at once, and the few that an ordinary day brings.

Servers, flows and job are processes that live on or come and go, so only seconds are measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sandbox.generator.population import SourceKind
from sandbox.home import REPOSITORY
from tests.bench.contest import OURS, Contest, Figure, Line, Wanted
from tests.bench.processes import WorkFailed
from tests.bench.purchases import CONTRACT, population
from tests.bench.report import Measurement
from tests.end_to_end.running_sandbox import RunningSandbox

SMALL = 20_000
"""Purchases a source that the smallest run starts from, which brings 300 rows a source."""


@contextmanager
def _sandbox(rows: int) -> Iterator[RunningSandbox]:
    with tempfile.TemporaryDirectory(prefix="datamaster-bench-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # run by root, PostgreSQL works as another user
        sandbox = RunningSandbox(Path(made), {"DATAMASTER_ROWS": str(rows)})
        try:
            yield sandbox
        finally:
            sandbox.command("sandbox", "down", check=False)


def _run(sandbox: RunningSandbox) -> Measurement:
    """Run the pipeline once; the phases are those that its summary tells: the job, and each of its tasks."""
    began = time.monotonic()
    command, variables = [sys.executable, "-m", "sandbox", "run"], sandbox.environment("sandbox")
    done = subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        raise WorkFailed(f"make run ended with {done.returncode}: {done.stderr[-2000:]}")
    facts = sandbox.summary(CONTRACT.slug)
    tasks = {task["key"]: float(task["seconds"]) for task in facts["job_run"]["tasks"]}
    flow = datetime.fromisoformat(facts["finished_at"]) - datetime.fromisoformat(facts["started_at"])
    return Measurement(seconds=seconds, phases={"flow": flow.total_seconds(), "job": sum(tasks.values()), **tasks})


@contextmanager
def _many(rows: int) -> Iterator[Contest]:
    def work(_: Path) -> Measurement:
        with _sandbox(rows) as sandbox:
            sandbox.command("sandbox", "up")
            return _run(sandbox)

    found = sum(population(rows).sequence(kind, 0).length for kind in SourceKind)
    wish = Wanted("at most 100 s for the job at a million purchases a source", 100, Figure(OURS, "job"))
    yield Contest(found, {OURS: work}, (wish,))


@contextmanager
def _smallest(rows: int) -> Iterator[Contest]:
    few = min(rows, SMALL)
    with _sandbox(few) as sandbox:
        _run(sandbox)
        found = sum(population(few).sequence(kind, 1).length for kind in SourceKind)
        wish = Wanted("at most 25 s for the job's three tasks", 25, Figure(OURS, "job"))
        yield Contest(found, {OURS: lambda _: _run(sandbox)}, (wish,))


LINES = (
    Line("sandbox", "the sandbox's first run, three sources at once (`make run`)", _many, 1),
    Line("smallest", "the smallest run: the sandbox's next one, after 300 new rows a source", _smallest),
)
