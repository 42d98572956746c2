from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sandbox.home import SandboxHome
from sandbox.parts.java import ensure_embedded_java
from tests.sandbox.databricks.conftest import JobsApi, task, wait_until

pytestmark = pytest.mark.services


def states(run: dict) -> dict[str, tuple[str, str | None]]:
    return {
        one["task_key"]: (one["state"]["life_cycle_state"], one["state"].get("result_state")) for one in run["tasks"]
    }


def test_tasks_run_in_the_order_of_their_dependencies_with_their_parameters_resolved(api: JobsApi) -> None:
    parameters = [{"name": "lake", "default": "abfs://lake"}, {"name": "id", "default": ""}]
    tasks = [
        task("silver", "tell", "bronze", run="{{job.run_id}}", key="{{task.name}}"),
        task("bronze", "tell", lake="{{job.parameters.lake}}/raw", id="{{job.parameters.id}}", job="{{job.id}}"),
    ]
    job_id = api.post("create", {"name": "etl", "parameters": parameters, "tasks": tasks})["job_id"]

    run = api.finished(api.start_run(job_id, job_parameters={"id": "f00d"}))

    assert run["state"] == {
        "life_cycle_state": "TERMINATED",
        "result_state": "SUCCESS",
        "state_message": "",
        "user_cancelled_or_timedout": False,
    }
    by_key = {one["task_key"]: one for one in run["tasks"]}
    assert by_key["bronze"]["end_time"] <= by_key["silver"]["start_time"]
    assert run["job_parameters"] == [
        {"name": "lake", "default": "abfs://lake", "value": "abfs://lake"},
        {"name": "id", "default": "", "value": "f00d"},
    ]
    bronze = api.get("runs/get-output", run_id=by_key["bronze"]["run_id"])
    assert bronze["logs"].splitlines()[-1] == (
        f"DATAMASTER_RESULT ['--lake=abfs://lake/raw', '--id=f00d', '--job={job_id}'] ['PII_HASH_KEY']"
    )
    assert "on stderr" in bronze["logs"]
    silver = api.get("runs/get-output", run_id=by_key["silver"]["run_id"])
    assert f"['--run={run['run_id']}', '--key=silver']" in silver["logs"]


def test_a_failed_task_tells_its_error_and_skips_those_after_it_alone(api: JobsApi) -> None:
    tasks = [task("bronze", "fail"), task("silver", "tell", "bronze"), task("other", "tell")]
    job_id = api.post("create", {"name": "etl", "tasks": tasks})["job_id"]

    run = api.finished(api.start_run(job_id))

    assert states(run) == {
        "bronze": ("TERMINATED", "FAILED"),
        "silver": ("SKIPPED", "UPSTREAM_FAILED"),
        "other": ("TERMINATED", "SUCCESS"),
    }
    assert run["state"]["life_cycle_state"] == "INTERNAL_ERROR"
    assert run["state"]["result_state"] == "FAILED"
    assert run["state"]["state_message"] == (
        "Task bronze failed with message: Workload failed, see run output for details. "
        "This caused all downstream tasks to get skipped."
    )
    output = api.get("runs/get-output", run_id=run["tasks"][0]["run_id"])
    assert output["error"] == "ValueError: the lake is dry"
    assert "in fail" in output["error_trace"]


@pytest.mark.parametrize(
    ("package", "entry_point", "error"),
    [
        ("stores", "refuse", "SystemExit: 3"),
        ("stores", "absent", "SystemExit: package 'stores' has no entry point 'absent'"),
        ("nowhere", "tell", "SystemExit: package 'nowhere' is not installed"),
    ],
)
def test_a_task_that_does_not_end_with_status_zero_fails_and_says_why(
    api: JobsApi, package: str, entry_point: str, error: str
) -> None:
    one = task("bronze", entry_point)
    one["python_wheel_task"]["package_name"] = package
    job_id = api.post("create", {"name": "etl", "tasks": [one]})["job_id"]

    run = api.finished(api.start_run(job_id))

    assert states(run) == {"bronze": ("TERMINATED", "FAILED")}
    assert api.get("runs/get-output", run_id=run["tasks"][0]["run_id"])["error"] == error


def test_the_same_idempotency_token_starts_one_run_even_after_a_restart(own_api: JobsApi) -> None:
    job_id = own_api.post("create", {"name": "etl", "tasks": [task("bronze", "tell")]})["job_id"]
    first = own_api.start_run(job_id, idempotency_token="flow run 1")
    own_api.finished(first)
    own_api.stop()
    own_api.start()

    assert own_api.start_run(job_id, idempotency_token="flow run 1") == first
    assert own_api.start_run(job_id, idempotency_token="flow run 2") != first


def test_a_run_beyond_the_limit_of_concurrent_runs_is_skipped(api: JobsApi, tmp_path: Path) -> None:
    tasks = [task("bronze", "wait", marker=str(tmp_path / "marker"))]
    job_id = api.post("create", {"name": "etl", "tasks": tasks})["job_id"]
    going_on = api.start_run(job_id)

    skipped = api.get("runs/get", run_id=api.start_run(job_id))

    assert skipped["state"]["life_cycle_state"] == "SKIPPED"
    assert skipped["state"]["result_state"] == "MAXIMUM_CONCURRENT_RUNS_REACHED"
    api.post("runs/cancel", {"run_id": going_on})
    api.finished(going_on)


def test_a_cancelled_run_ends_its_processes_and_skips_what_follows(api: JobsApi, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    tasks = [task("bronze", "wait", marker=str(marker)), task("silver", "tell", "bronze")]
    job_id = api.post("create", {"name": "etl", "tasks": tasks})["job_id"]
    run_id = api.start_run(job_id)
    wait_until(marker.exists)

    assert api.post("runs/cancel", {"run_id": run_id}) == {}

    run = api.finished(run_id)
    assert states(run) == {"bronze": ("TERMINATED", "CANCELED"), "silver": ("TERMINATED", "CANCELED")}
    assert (run["state"]["life_cycle_state"], run["state"]["result_state"]) == ("TERMINATED", "CANCELED")
    assert run["state"]["user_cancelled_or_timedout"] is True
    assert not psutil.pid_exists(int(marker.read_text()))


def test_a_task_that_takes_longer_than_its_timeout_is_stopped(api: JobsApi, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    tasks = [{**task("bronze", "wait", marker=str(marker)), "timeout_seconds": 2}]
    job_id = api.post("create", {"name": "etl", "tasks": tasks})["job_id"]

    run = api.finished(api.start_run(job_id))

    assert states(run) == {"bronze": ("TERMINATED", "TIMEDOUT")}
    assert run["state"]["result_state"] == "TIMEDOUT"


def test_a_run_that_a_crash_interrupted_is_reported_as_failed_and_its_process_is_gone(
    own_api: JobsApi, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    tasks = [task("bronze", "wait", marker=str(marker)), task("silver", "tell", "bronze")]
    job_id = own_api.post("create", {"name": "etl", "tasks": tasks})["job_id"]
    run_id = own_api.start_run(job_id)
    wait_until(lambda: marker.exists() and marker.read_text())
    orphan = psutil.Process(int(marker.read_text()))

    own_api.stop(signal.SIGKILL)
    assert orphan.is_running()
    own_api.start()

    run = own_api.get("runs/get", run_id=run_id)
    assert states(run) == {"bronze": ("INTERNAL_ERROR", "FAILED"), "silver": ("INTERNAL_ERROR", "FAILED")}
    assert run["state"]["state_message"] == "The Jobs API was stopped while this run was going on"
    wait_until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)
    assert own_api.get("runs/list", active_only=True)["runs"] == []


def on_cluster(*tasks: dict) -> dict:
    """A job whose tasks share a cluster."""
    clusters = [{"job_cluster_key": "shared", "new_cluster": {"num_workers": 0}}]
    return {"name": "etl", "tasks": [one | {"job_cluster_key": "shared"} for one in tasks], "job_clusters": clusters}


@pytest.mark.chaos
def test_tasks_of_a_job_cluster_reach_one_spark_by_connect_alone_and_it_ends_with_the_run(
    own_api: JobsApi, new_home: Callable
) -> None:
    home = SandboxHome(new_home())
    ensure_embedded_java(home)
    own_api.restart({"JAVA_HOME": str(home.java)})
    job_id = own_api.post("create", on_cluster(task("bronze", "count"), task("silver", "count", "bronze")))["job_id"]

    run_id = own_api.start_run(job_id)
    wait_until(lambda: "java" in own_api.children())
    run = own_api.finished(run_id)

    assert run["state"]["result_state"] == "SUCCESS"
    told = [own_api.get("runs/get-output", run_id=one["run_id"])["logs"].split() for one in run["tasks"]]
    assert told[0] == told[1]
    assert told[0][1:] == ["3", "pyspark.sql.connect.session"]
    wait_until(lambda: not own_api.children())


def test_a_cluster_that_cannot_be_launched_fails_the_run_and_names_its_log(own_api: JobsApi, tmp_path: Path) -> None:
    own_api.restart({"JAVA_HOME": str(tmp_path / "no java")})
    job_id = own_api.post("create", on_cluster(task("bronze", "count")))["job_id"]

    run = own_api.finished(own_api.start_run(job_id))

    assert states(run) == {"bronze": ("INTERNAL_ERROR", "FAILED")}
    message = run["state"]["state_message"]
    assert message.startswith("Cluster failed to launch: see ")
    assert "no java" in Path(message.removeprefix("Cluster failed to launch: see ")).read_text()
