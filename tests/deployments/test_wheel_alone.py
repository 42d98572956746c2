"""The wheel as a cluster has it: installed beside Spark and Delta, away from this repository, and run."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from uv import find_uv_bin

from contracts.contract import Contract
from contracts.job_document import TASKS, parameter_defaults
from contracts.job_report import RESULT_MARKER, TaskReport, TransformedRows, read_report
from deployments.wheel import build_wheel
from sandbox.bootstrap import TOOLS
from sandbox.bootstrap_environment import package_sources
from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.jars import fetch_jars
from sandbox.parts.java import ensure_embedded_java
from sandbox.parts.spark_conf import write_spark_conf
from tests.packaged_contracts import PURCHASES
from tests.repository.test_locks import pinned
from tests.spark_jobs.arrivals import ARRIVALS

pytestmark = pytest.mark.spark

NO_ACCOUNT = "AccountName=none;BlobEndpoint=http://127.0.0.1:1/none"
RUN = """
import sys
from importlib.metadata import distribution
scripts = distribution("datamaster").entry_points.select(group="console_scripts")
for task in sys.argv.pop(1).split(","):
    scripts[task].load()()
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment's Python: the locked Spark and Delta, then the wheel, which must find all it needs there."""
    folder = tmp_path_factory.mktemp("cluster")
    wheel = build_wheel(folder)
    python = folder / "venv" / "bin" / "python"
    _uv("venv", "--python", sys.executable, str(folder / "venv"))
    _uv("pip", "sync", "--python", str(python), "--require-hashes", str(REPOSITORY / "requirements" / "spark.txt"))
    _uv("pip", "install", "--python", str(python), "--no-index", str(wheel))
    return python


def _uv(*arguments: str) -> None:
    environment = os.environ | package_sources(TOOLS / "bin" / "python")
    command = [find_uv_bin(), "--quiet", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a cluster has in its environment, and nothing of ours."""
    home = SandboxHome(Path(os.environ.get("DATAMASTER_HOME", REPOSITORY / ".sandbox")))
    conf = tmp_path_factory.mktemp("spark") / "conf"
    write_spark_conf(conf, fetch_jars(home.jars), NO_ACCOUNT)
    if "JAVA_HOME" not in os.environ:
        ensure_embedded_java(home)
    java = os.environ.get("JAVA_HOME", str(home.java))
    return {"PATH": os.environ["PATH"], "JAVA_HOME": java, "SPARK_CONF_DIR": str(conf), "PII_HASH_KEY": "k" * 32}


@pytest.fixture(scope="module")
def reports(python: Path, cluster: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, TaskReport]:
    """What the three tasks reported after the first arrivals, called by their entry points as Databricks does."""
    lake, contract = tmp_path_factory.mktemp("lake"), PURCHASES
    ARRIVALS[0](lake, contract)
    command = [python, "-I", "-c", RUN, ",".join(TASKS), *_arguments(lake, contract)]
    done = subprocess.run(command, cwd=lake, env=cluster, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith(RESULT_MARKER)]
    return {report.task: report for report in map(read_report, lines) if report}


def _arguments(lake: Path, contract: Contract) -> list[str]:
    url = lake.as_uri()
    given = {"catalog": "spark_catalog", "lake_url": url, "checkpoints_url": f"{url}/checkpoints", "ingestion_id": "1"}
    return [f"--{name.replace('_', '-')}={value}" for name, value in parameter_defaults(contract, given).items()]


def test_beside_spark_and_delta_there_is_the_wheel_alone_in_exactly_the_locked_versions(python: Path) -> None:
    installed = {found.name: found.version for found in distributions(path=[str(_site_packages(python))])}
    assert installed.pop("datamaster")
    wheel, spark = (pinned(REPOSITORY / "requirements" / f"{lock}.txt") for lock in ("wheel", "spark"))
    by_name = {name.lower().replace("_", "-"): version for name, version in installed.items()}
    assert {name: by_name.get(name) for name in wheel} == wheel
    assert set(by_name) <= set(spark)


def _site_packages(python: Path) -> Path:
    (folder,) = (python.parents[1] / "lib").glob("python3*/site-packages")
    return folder


def test_its_entry_points_find_all_that_they_import(python: Path, tmp_path: Path) -> None:
    command = [python, "-I", "-c", RUN, TASKS[0]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "bronze: error: the following arguments are required: --dataset" in done.stderr


@pytest.mark.chaos
def test_the_wheel_carries_purchases_from_raw_to_gold(reports: dict[str, TaskReport]) -> None:
    assert list(reports) == list(TASKS)
    assert reports["bronze"].run == {
        "store-database": TransformedRows(bronze=3),
        "branch-files": TransformedRows(bronze=3),
    }
    assert reports["silver"].total == {
        "branch-files": TransformedRows(silver=1, rejected=2),
        "store-database": TransformedRows(silver=2, superseded=1),
    }
    assert reports["gold"].groups_changed == 2
