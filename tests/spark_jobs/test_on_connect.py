"""The job's own runs hold on Spark Connect too, which Unity Catalog's standard access mode is (docs/adr/0034)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.home import REPOSITORY

RUNS = Path(__file__).with_name("test_lakehouse_runs.py")


@pytest.mark.spark
@pytest.mark.chaos
def test_the_job_s_runs_hold_on_a_spark_connect_server(request: pytest.FixtureRequest) -> None:
    """In a process of its own: one that has had a classic session has no other."""
    if request.config.getoption("--connect"):
        pytest.skip("all tests run on a server already")
    command = [sys.executable, "-m", "pytest", "--connect", "-q", "-p", "no:cacheprovider", str(RUNS)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
