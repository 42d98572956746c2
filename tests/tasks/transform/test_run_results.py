"""What a run came to is read from the newest attempt of each of its tasks, and from their output."""

from __future__ import annotations

from typing import Any

from databricks.sdk.service.jobs import Run, RunTask

from contracts.job_report import TaskReport
from tasks.transform.run_results import newest_attempts, read_run
from tasks.transform.workspace import Workspace
from tests.tasks.scripted_api import answer
from tests.tasks.transform.jobs_service import JobsService

REPORT = TaskReport(task="gold", seconds=1).result_line()


def task(run_id: int, key: str, life_cycle: str, result: str | None = None, **fields: Any) -> dict[str, Any]:
    state = {"life_cycle_state": life_cycle, "state_message": f"{key} is {life_cycle}"}
    return {"run_id": run_id, "task_key": key, "state": state | ({"result_state": result} if result else {}), **fields}


def test_the_last_attempt_of_a_task_counts_in_whatever_order_they_come() -> None:
    attempts = [
        {"task_key": "silver", "run_id": 3, "attempt_number": 1, "start_time": 30},
        {"task_key": "bronze", "run_id": 1, "start_time": 10},
        {"task_key": "silver", "run_id": 2, "attempt_number": 0, "start_time": 20},
        {"task_key": "bronze", "run_id": 4, "start_time": 40},
    ]
    assert [one.run_id for one in newest_attempts(RunTask.from_dict(attempt) for attempt in attempts)] == [3, 4]


def test_each_task_tells_result_error_time_page_and_report(service: JobsService, workspace: Workspace) -> None:
    page = "https://workspace/run/7"
    run = {
        "run_id": 7,
        "run_page_url": page,
        "state": {"life_cycle_state": "INTERNAL_ERROR", "result_state": "FAILED", "state_message": "silver failed"},
        "tasks": [
            task(70, "bronze", "TERMINATED", "SUCCESS", start_time=1000, end_time=2500, run_page_url=f"{page}/70"),
            task(71, "silver", "INTERNAL_ERROR", "FAILED", start_time=3000),
            task(72, "gold", "SKIPPED", "UPSTREAM_FAILED"),
        ],
    }
    service.outputs = {70: {"logs": f"hello\n{REPORT}\n"}, 71: {"error": "ValueError: the lake is dry"}}
    found = read_run(workspace, Run.from_dict(run))
    assert (found.result, found.message, found.page_url) == ("FAILED", "silver failed", page)
    assert [(one.key, one.result, one.message, one.seconds) for one in found.tasks] == [
        ("bronze", "SUCCESS", "bronze is TERMINATED", 1.5),
        ("silver", "FAILED", "ValueError: the lake is dry", 0),
        ("gold", "UPSTREAM_FAILED", "gold is SKIPPED", 0),
    ]
    assert found.tasks[0].page_url == f"{page}/70"
    assert [one.report is not None for one in found.tasks] == [True, False, False]


def test_a_task_whose_cluster_never_came_has_no_output_to_read(service: JobsService, workspace: Workspace) -> None:
    service.faults = [answer({"error_code": "INVALID_PARAMETER_VALUE", "message": "no output"}, 400)]
    run = {"run_id": 7, "state": {}, "tasks": [task(70, "bronze", "INTERNAL_ERROR", "FAILED")]}
    (found,) = read_run(workspace, Run.from_dict(run)).tasks
    assert (found.result, found.message, found.report) == ("FAILED", "bronze is INTERNAL_ERROR", None)
