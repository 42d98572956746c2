"""The job's own runs hold on Spark Connect too, which Unity Catalog's standard access mode is (docs/adr/0034)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.home import REPOSITORY

HERE = Path(__file__).parent
TWO_RUNS = f"{HERE / 'test_deletions.py'}::test_a_deleted_row_leaves_silver_and_gold_until_a_later_version_comes"
FIVE_RUNS = str(HERE / "test_lakehouse_runs.py")


@pytest.mark.spark
@pytest.mark.xdist_group("connect")
@pytest.mark.parametrize("tests", [TWO_RUNS, pytest.param(FIVE_RUNS, marks=pytest.mark.chaos)], ids=["two", "five"])
def test_the_job_s_runs_hold_on_a_spark_connect_server(request: pytest.FixtureRequest, tests: str) -> None:
    """In a process of its own: one that has had a classic session has no other."""
    if request.config.getoption("--connect"):
        pytest.skip("all tests run on a server already")
    command = [sys.executable, "-m", "pytest", "--connect", "--chaos=all", "-q", "-p", "no:cacheprovider", tests]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
