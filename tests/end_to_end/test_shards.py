"""Shards on a Prefect server and a worker: each is a process of its own, and one that is killed is started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from contracts.folder import PACKAGED_CONTRACTS
from contracts.lake_terms import Layer
from tests.contracts.diff.edits import custom
from tests.contracts.documents import document
from tests.end_to_end.running_sandbox import REPOSITORY, RunningSandbox

pytestmark = [pytest.mark.end_to_end, pytest.mark.chaos]

SHARDS, ROWS = 4, 20_000


@pytest.fixture(scope="module")
def sandbox(new_home: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox whose store database is read in shards."""
    folder = tmp_path_factory.mktemp("contracts")
    for file in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
        shutil.copy(file, folder)
    content = document()
    custom("servers.store-database", "shards", SHARDS)(content)
    (folder / "customer_purchases.odcs.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
    running = RunningSandbox(new_home(), {"DATAMASTER_ROWS": str(ROWS), "DATAMASTER_CONTRACTS": str(folder)})
    try:
        running.command("sandbox", "up")
        yield running
    finally:
        running.command("sandbox", "down", check=False)


def _flow_runs(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """All runs of the store database's deployment that have begun."""
    api = sandbox.variables["PREFECT_API_URL"]
    found: list[dict[str, Any]] = httpx.post(f"{api}/flow_runs/filter", json={}, trust_env=False).json()
    ours = [run for run in found if run["parameters"].get("source") == "store-database"]
    return [run for run in ours if run["state"]["type"] not in {"SCHEDULED", "PENDING"}]


def _kill_a_shard(sandbox: RunningSandbox) -> None:
    """Kill the first process that reads the second shard, as soon as it runs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for run in _flow_runs(sandbox):
            if run["parameters"].get("shard") == 2 and run["state"]["type"] == "RUNNING":
                os.kill(int(run["infrastructure_pid"].rpartition(":")[2]), signal.SIGKILL)
                return
        time.sleep(0.2)
    raise AssertionError("no run has begun to read the second shard")


def test_a_killed_shard_is_read_again_and_the_load_is_whole(sandbox: RunningSandbox) -> None:
    prefect = Path(sys.executable).with_name("prefect")
    command = [str(prefect), "deployment", "run", "ingest/store-database", "--watch"]
    watched = subprocess.Popen(command, cwd=REPOSITORY, env=sandbox.environment("prefect"), stdout=subprocess.PIPE)
    _kill_a_shard(sandbox)
    watched.communicate(timeout=300)

    messages = [run["state"]["message"] for run in _flow_runs(sandbox) if run["state"]["type"] == "FAILED"]
    assert not messages
    runs = Counter((run["parameters"].get("shard"), run["state"]["type"]) for run in _flow_runs(sandbox))
    completed = {(number, "COMPLETED"): 1 for number in (None, *range(1, SHARDS + 1))}
    assert runs == {**completed, (2, "CRASHED"): 1}
    with sandbox.container(Layer.RAW) as raw:
        names = list(raw.list_blob_names())
        (manifest,) = (
            json.loads(raw.download_blob(name).readall()) for name in names if name.startswith("_manifests/")
        )
        files = [name for name in names if name.startswith("customer_purchases/store-database/")]
        lines = [line for name in files for line in raw.download_blob(name).readall().splitlines()]
    rows = manifest["rows"]
    assert sorted(file["name"] for file in manifest["files"]) == files
    assert len(files) == SHARDS
    assert rows["extracted"] >= ROWS
    assert (rows["landed"], rows["landed"] + rows["quarantined"]) == (len(lines), rows["extracted"])
