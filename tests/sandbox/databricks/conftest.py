"""A Jobs API served over https by a process of its own, with an installed package whose entry points its jobs run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from sandbox.databricks.run import FINISHED
from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.certificates import ensure_certificates
from sandbox.processes.ports import ports_of
from sandbox.processes.readiness import answers

TOKEN = "a token of the tests"

ENTRY_POINTS = """[console_scripts]
tell = stores.tasks:tell
fail = stores.tasks:fail
refuse = stores.tasks:refuse
wait = stores.tasks:wait
count = stores.tasks:count
need = stores.tasks:need
say = stores.tasks:say
"""

TASKS = """
import os, pathlib, sys, time

def tell():
    print("working")
    print("on stderr", file=sys.stderr)
    secrets = [name for name in ("DATABRICKS_TOKEN", "PII_HASH_KEY") if name in os.environ]
    print("DATAMASTER_RESULT", sys.argv[1:], secrets)

def fail():
    raise ValueError("the lake is dry")

def refuse():
    return 3

def count():
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.getOrCreate()
    print(spark.conf.get("spark.app.id"), spark.range(3).count(), type(spark).__module__)

def say():
    print(sys.argv[1].removeprefix("--text="))

def need():
    file = pathlib.Path(next(a for a in sys.argv if a.startswith("--file=")).removeprefix("--file="))
    print("found", file.read_text(), sys.argv[1:])

def wait():
    marker = pathlib.Path(next(a for a in sys.argv if a.startswith("--marker=")).removeprefix("--marker="))
    marker.write_text(str(os.getpid()))
    time.sleep(600)
"""


@dataclass
class JobsApi:
    """The server, and a client that knows its token."""

    home: SandboxHome
    port: int
    packages: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        state, tls = self.home.folder / "databricks", self.home.tls
        options = {"state": state, "port": self.port, "certificate": tls / "server.pem"}
        options |= {"private-key": tls / "server.key"}
        variables = {"DATABRICKS_TOKEN": TOKEN, "PII_HASH_KEY": "of the cluster", "PYTHONPATH": str(self.packages)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.databricks", *(f"--{name}={value}" for name, value in options.items())],
            cwd=REPOSITORY,
            env={**os.environ, **variables, **self.variables},
        )
        wait_until(lambda: answers(f"{self.url}/", trust=self.home.trust()))

    def restart(self, variables: Mapping[str, str]) -> None:
        self.stop()
        self.variables = variables
        self.start()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        assert self._process is not None
        self._process.send_signal(with_signal)
        self._process.wait(20)

    def children(self) -> list[str]:
        """Names of the processes that the server started, directly or not, and that are still there."""
        assert self._process is not None
        return [child.name() for child in psutil.Process(self._process.pid).children(recursive=True)]

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def request(
        self, method: str, path: str, token: str | None = TOKEN, version: str = "2.2", **content: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        with httpx.Client(verify=self.home.trust(), headers=headers) as client:
            return client.request(method, f"{self.url}/api/{version}/jobs/{path}", **content)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.request("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.request("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start_run(self, job_id: int, **body: Any) -> int:
        return self.post("run-now", {"job_id": job_id, **body})["run_id"]

    def finished(self, run_id: int) -> dict[str, Any]:
        wait_until(lambda: self._is_finished(run_id))
        return self.get("runs/get", run_id=run_id)

    def _is_finished(self, run_id: int) -> bool:
        return self.get("runs/get", run_id=run_id)["state"]["life_cycle_state"] in FINISHED


def wait_until(true: Callable[[], object], deadline_seconds: float = 60) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not true():
        assert time.monotonic() < deadline, "did not become true in time"
        time.sleep(0.05)


def task(task_key: str, entry_point: str, /, *after: str, **parameters: str) -> dict[str, Any]:
    wheel = {"package_name": "stores", "entry_point": entry_point, "named_parameters": parameters}
    return {"task_key": task_key, "depends_on": [{"task_key": one} for one in after], "python_wheel_task": wheel}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobsApi]:
    """A server that the tests of a module share."""
    yield from _served(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def own_api(tmp_path: Path) -> Iterator[JobsApi]:
    """A server of the test's own, which it may stop and start."""
    yield from _served(tmp_path)


def _served(folder: Path) -> Iterator[JobsApi]:
    home, packages = SandboxHome(folder / "home"), folder / "packages"
    ensure_certificates(home)
    _install_stores(packages)
    api = JobsApi(home, ports_of(home, ["databricks"], running=())["databricks"], packages)
    api.start()
    yield api
    api.stop()


def _install_stores(packages: Path) -> None:
    files = {
        "stores-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: stores\nVersion: 1.0\n",
        "stores-1.0.dist-info/entry_points.txt": ENTRY_POINTS,
        "stores/__init__.py": "",
        "stores/tasks.py": TASKS,
    }
    for name, content in files.items():
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text(content)
