"""The workspace serves Databricks' own SDK, which is told nothing but a host and a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    InvalidParameterValue,
    NotFound,
    OperationFailed,
    PermissionDenied,
    ResourceDoesNotExist,
)
from databricks.sdk.service.jobs import (
    JobParameterDefinition,
    PythonWheelTask,
    Run,
    RunLifeCycleState,
    RunLifecycleStateV2State,
    RunResultState,
    Task,
    TaskDependency,
    TerminationCodeCode,
)

from tests.sandbox.databricks.conftest import TOKEN, JobsApi, wait_until

pytestmark = pytest.mark.services

SECONDS = timedelta(seconds=60)


@pytest.fixture
def connect(api: JobsApi, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], WorkspaceClient]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(api.home.tls / "ca-bundle.pem"))
    return lambda token: WorkspaceClient(host=api.url, token=token, auth_type="pat")


@pytest.fixture
def client(connect: Callable[[str], WorkspaceClient]) -> WorkspaceClient:
    return connect(TOKEN)


def step(key: str, entry_point: str, after: str | None = None, **parameters: str) -> Task:
    wheel = PythonWheelTask("stores", entry_point, named_parameters=parameters)
    return Task(key, depends_on=[TaskDependency(after)] if after else [], python_wheel_task=wheel)


def create(client: WorkspaceClient, name: str, *tasks: Task, **parameters: str) -> int:
    """Id of a new job; the SDK's own `create` sends its tasks as the API wants them."""
    defaults = [JobParameterDefinition(name=name, default=default) for name, default in parameters.items()]
    job_id = client.jobs.create(name=name, tasks=list(tasks), parameters=defaults).job_id
    assert job_id
    return job_id


def results(run: Run) -> dict[str, list[RunResultState | None]]:
    """The result of each attempt of each task."""
    found: dict[str, list[RunResultState | None]] = {}
    for task in run.tasks or ():
        assert task.state
        found.setdefault(task.task_key, []).append(task.state.result_state)
    return found


def test_jobs_are_listed_over_many_pages_and_got_with_their_tasks(client: WorkspaceClient) -> None:
    ids = [create(client, f"listed-{number}", step("bronze", "tell")) for number in range(5)]

    assert [job.job_id for job in client.jobs.list(limit=2) if job.job_id in ids] == ids[::-1]
    assert [job.job_id for job in client.jobs.list(name="LISTED-3")] == [ids[3]]
    settings = client.jobs.get(ids[0]).settings
    assert settings
    assert settings.name == "listed-0"
    assert [task.task_key for task in settings.tasks or ()] == ["bronze"]
    (expanded,) = client.jobs.list(name="listed-3", expand_tasks=True)
    assert expanded.settings
    assert [task.task_key for task in expanded.settings.tasks or ()] == ["bronze"]


def test_a_run_starts_once_for_a_token_and_tells_the_state_of_each_task_in_both_fields(client: WorkspaceClient) -> None:
    job_id = create(
        client, "etl", step("silver", "tell", "bronze"), step("bronze", "tell", id="{{job.parameters.id}}"), id=""
    )

    waiter = client.jobs.run_now(job_id, idempotency_token="flow run", job_parameters={"id": "f00d"})
    again = client.jobs.run_now(job_id, idempotency_token="flow run")
    run = waiter.result(SECONDS)

    assert again.bind() == waiter.bind()
    assert run.number_in_job == run.run_id
    assert results(run) == {"silver": [RunResultState.SUCCESS], "bronze": [RunResultState.SUCCESS]}
    for part in (run, *(run.tasks or ())):
        assert part.state
        assert part.status
        assert part.state.life_cycle_state is RunLifeCycleState.TERMINATED
        assert part.status.state is RunLifecycleStateV2State.TERMINATED
        assert part.status.termination_details
        assert part.status.termination_details.code is TerminationCodeCode.SUCCESS
    bronze = next(task for task in run.tasks or () if task.task_key == "bronze")
    assert bronze.run_id
    assert "DATAMASTER_RESULT ['--id=f00d']" in (client.jobs.get_run_output(bronze.run_id).logs or "")
    assert [one.run_id for one in client.jobs.list_runs(job_id=job_id, completed_only=True)] == [run.run_id]
    assert list(client.jobs.list_runs(job_id=job_id, active_only=True)) == []


def test_a_run_is_cancelled(client: WorkspaceClient, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    job_id = create(client, "long", step("bronze", "wait", marker=str(marker)), step("silver", "tell", "bronze"))
    run_id = client.jobs.run_now(job_id).bind()["run_id"]
    wait_until(marker.exists)
    (active,) = client.jobs.list_runs(job_id=job_id, active_only=True)
    assert active.status
    assert active.status.state is RunLifecycleStateV2State.RUNNING

    run = client.jobs.cancel_run(run_id).result(SECONDS)

    assert results(run) == {"bronze": [RunResultState.CANCELED], "silver": [RunResultState.CANCELED]}
    assert run.status
    assert run.status.termination_details
    assert run.status.termination_details.code is TerminationCodeCode.USER_CANCELED


def test_a_repair_restarts_the_failed_tasks_alone_as_often_as_it_is_asked_for(
    client: WorkspaceClient, tmp_path: Path
) -> None:
    needed = tmp_path / "needed"
    steps = step("bronze", "tell"), step("silver", "need", "bronze", file=str(needed)), step("gold", "tell", "silver")
    job_id = create(client, "repaired", *steps)
    with pytest.raises(OperationFailed, match="Task silver failed"):
        client.jobs.run_now(job_id).result(SECONDS)
    (failed,) = client.jobs.list_runs(job_id=job_id)
    assert failed.run_id
    with pytest.raises(OperationFailed, match="Task silver failed"):
        client.jobs.repair_run(failed.run_id, rerun_all_failed_tasks=True).result(SECONDS)
    with pytest.raises(InvalidParameterValue, match="The latest repair ID needs to be provided"):
        client.jobs.repair_run(failed.run_id, rerun_all_failed_tasks=True)

    needed.write_text("at last")
    history = client.jobs.get_run(failed.run_id, include_history=True).repair_history or []
    run = client.jobs.repair_run(failed.run_id, rerun_all_failed_tasks=True, latest_repair_id=history[-1].id).result(
        SECONDS
    )

    success, error, skipped = RunResultState.SUCCESS, RunResultState.FAILED, RunResultState.UPSTREAM_FAILED
    assert run.run_id == failed.run_id
    assert results(run) == {
        "bronze": [success],
        "silver": [error, error, success],
        "gold": [skipped, skipped, success],
    }
    attempts = [task for task in run.tasks or () if task.task_key == "silver"]
    assert [task.attempt_number for task in attempts] == [0, 1, 2]
    outputs = [client.jobs.get_run_output(task.run_id or 0) for task in attempts]
    assert ["FileNotFoundError" in (output.error or "") for output in outputs] == [True, True, False]
    assert "found at last" in (outputs[2].logs or "")
    rounds = client.jobs.get_run(failed.run_id, include_history=True).repair_history or []
    assert [one.type.value for one in rounds if one.type] == ["ORIGINAL", "REPAIR", "REPAIR"]
    assert [len(one.task_run_ids or ()) for one in rounds] == [3, 2, 2]
    with pytest.raises(InvalidParameterValue, match="has no failed task to repair"):
        client.jobs.repair_run(failed.run_id, rerun_all_failed_tasks=True, latest_repair_id=rounds[-1].id)


def test_named_tasks_are_repaired_with_those_after_them_and_other_parameters(client: WorkspaceClient) -> None:
    steps = step("bronze", "tell"), step("silver", "tell", "bronze", id="{{job.parameters.id}}-{{job.repair_count}}")
    job_id = create(client, "again", *steps, id="first")
    run_id = client.jobs.run_now(job_id).result(SECONDS).run_id
    assert run_id

    run = client.jobs.repair_run(
        run_id, rerun_tasks=["bronze"], rerun_dependent_tasks=True, job_parameters={"id": "second"}
    ).result(SECONDS)

    assert {key: len(attempts) for key, attempts in results(run).items()} == {"bronze": 2, "silver": 2}
    told = [client.jobs.get_run_output(task.run_id or 0).logs for task in run.tasks or () if task.task_key == "silver"]
    assert [one in (log or "") for one, log in zip(("id=first-0", "id=second-1"), told, strict=True)] == [True, True]


def test_a_run_that_goes_on_is_not_repaired(client: WorkspaceClient, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    run_id = client.jobs.run_now(create(client, "busy", step("bronze", "wait", marker=str(marker)))).bind()["run_id"]
    wait_until(marker.exists)
    with pytest.raises(InvalidParameterValue, match="is in progress and cannot be repaired"):
        client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    client.jobs.cancel_run(run_id).result(SECONDS)


def test_a_run_started_by_hand_gets_the_job_s_defaults_with_what_they_refer_to(client: WorkspaceClient) -> None:
    given = {"run": "{{job.parameters.ingestion_id}}"}
    job_id = create(client, "manual", step("bronze", "tell", **given), ingestion_id="{{job.run_id}}")

    run = client.jobs.run_now(job_id).result(SECONDS)

    (parameter,) = run.job_parameters or ()
    assert (parameter.default, parameter.value) == ("{{job.run_id}}", str(run.run_id))
    (task,) = run.tasks or ()
    assert f"['--run={run.run_id}']" in (client.jobs.get_run_output(task.run_id or 0).logs or "")


def test_a_wrong_token_and_what_is_not_there_are_told_apart(
    client: WorkspaceClient, connect: Callable[[str], WorkspaceClient]
) -> None:
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        list(connect("another token").jobs.list())
    with pytest.raises(ResourceDoesNotExist, match="Job 7 does not exist"):
        client.jobs.get(7)
    with pytest.raises(ResourceDoesNotExist, match="Run 7 does not exist"):
        client.jobs.get_run(7)
    with pytest.raises(InvalidParameterValue, match="Job 7 does not exist"):
        client.jobs.run_now(7)
    with pytest.raises(NotFound, match="No API found"):
        client.jobs.delete(7)
