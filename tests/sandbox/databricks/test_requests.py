from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.databricks.conftest import JobsApi, task

pytestmark = pytest.mark.services

JOB = {"name": "etl", "tasks": [task("bronze", "tell")]}


def test_a_client_that_does_not_know_the_authority_is_refused_by_its_own_tls(api: JobsApi) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate"), httpx.Client(trust_env=False) as client:
        client.get(f"{api.url}/api/2.2/jobs/list")


@pytest.mark.parametrize(
    ("token", "status", "message"),
    [
        (None, 401, "Credential was not sent or was of an unsupported type for this API."),
        ("a token", 403, "Invalid access token."),
        ("another", 403, "Invalid access token."),
    ],
)
def test_a_request_without_the_token_is_refused(api: JobsApi, token: str | None, status: int, message: str) -> None:
    answer = api.request("GET", "list", token=token)

    assert (answer.status_code, answer.json()) == (status, {"error_code": str(status), "message": message})


@pytest.mark.parametrize(
    ("method", "path", "content", "message"),
    [
        ("GET", "runs/get", {"params": {"run_id": 7}}, "Run 7 does not exist."),
        ("GET", "runs/get-output", {"params": {"run_id": 7}}, "Run 7 does not exist."),
        ("POST", "runs/cancel", {"json": {"run_id": 7}}, "Run 7 does not exist."),
        ("POST", "runs/repair", {"json": {"run_id": 7, "rerun_all_failed_tasks": True}}, "Run 7 does not exist."),
        ("POST", "runs/repair", {"json": {"run_id": 7}}, "exactly one of rerun_tasks and rerun_all_failed_tasks"),
        ("GET", "get", {"params": {"job_id": 7}}, "Job 7 does not exist."),
        ("POST", "run-now", {"json": {"job_id": 7}}, "Job 7 does not exist."),
        ("POST", "reset", {"json": {"job_id": 7, "new_settings": JOB}}, "Job 7 does not exist."),
        ("GET", "runs/list", {"params": {"active_only": True, "completed_only": True}}, "cannot both be true"),
        ("GET", "list", {"params": {"limit": 101}}, "limit"),
        ("GET", "runs/list", {"params": {"limit": 26}}, "limit"),
        ("GET", "runs/list", {"params": {"page_token": "next"}}, "page_token"),
        ("GET", "list", {"params": {"colour": "blue"}}, "colour"),
        ("POST", "run-now", {"json": {"job_id": "seven"}}, "job_id"),
        ("POST", "run-now", {"json": {"job_id": 7, "idempotency_token": "x" * 65}}, "idempotency_token"),
        ("POST", "run-now", {"content": b"{", "headers": {"Content-Type": "application/json"}}, "JSON decode error"),
        ("POST", "create", {"json": {"name": "no tasks"}}, "tasks"),
        ("POST", "create", {"json": {**JOB, "schedule": {}}}, "schedule"),
        ("POST", "create", {"json": {"tasks": [task("a", "tell"), task("a", "tell")]}}, "Duplicate task keys"),
        ("POST", "create", {"json": {"tasks": [task("a", "tell", "b")]}}, "b does not exist"),
        ("POST", "create", {"json": {"tasks": [task("a", "tell", "a")]}}, "in a circle"),
        ("POST", "create", {"json": {"tasks": [task("a", "tell") | {"job_cluster_key": "b"}]}}, "b is not defined"),
        ("POST", "create", {"json": {"tasks": [task("a", "tell", x="{{job.parameters.y}}")]}}, "job.parameters.y"),
        ("POST", "create", {"json": {**JOB, "parameters": [{"name": "x", "default": "{{job.naem}}"}]}}, "job.naem"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_with_the_reason(
    api: JobsApi, method: str, path: str, content: dict[str, Any], message: str
) -> None:
    answer = api.request(method, path, **content)

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert message in answer.json()["message"]


def test_an_unknown_job_parameter_is_refused_and_starts_nothing(api: JobsApi) -> None:
    job_id = api.post("create", JOB)["job_id"]

    answer = api.request("POST", "run-now", json={"job_id": job_id, "job_parameters": {"colour": "blue"}})

    assert (answer.status_code, answer.json()["message"]) == (400, f"Job {job_id} has no parameter colour.")
    assert api.get("runs/list", job_id=job_id)["runs"] == []


def test_the_output_of_a_whole_job_run_is_refused(api: JobsApi) -> None:
    run_id = api.start_run(api.post("create", JOB)["job_id"])
    api.finished(run_id)

    answer = api.request("GET", "runs/get-output", params={"run_id": run_id})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Retrieving the output of runs with multiple tasks is not supported.")


def test_an_endpoint_that_is_not_offered_is_named(api: JobsApi) -> None:
    answer = api.request("POST", "delete", json={"job_id": 7})

    assert answer.status_code == 404
    assert answer.json() == {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found for 'POST /2.2/jobs/delete'"}


def test_both_versions_of_the_api_are_the_same_workspace_and_no_other_is_served(api: JobsApi) -> None:
    job_id = api.request("POST", "create", version="2.1", json=JOB).json()["job_id"]

    assert api.request("GET", "get", version="2.1", params={"job_id": job_id}).json() == api.get("get", job_id=job_id)
    assert api.request("GET", "list", version="2.0").status_code == 404


def test_a_limit_of_no_runs_stands_for_the_largest(api: JobsApi) -> None:
    job_id = api.post("create", {**JOB, "max_concurrent_runs": 0})["job_id"]
    runs = [api.start_run(job_id) for _ in range(26)]

    answer = api.get("runs/list", job_id=job_id, limit=0)
    assert [run["run_id"] for run in answer["runs"]] == runs[:0:-1]
    rest = api.get("runs/list", job_id=job_id, limit=0, page_token=answer["next_page_token"])
    assert [run["run_id"] for run in rest["runs"]] == runs[:1]


def test_jobs_are_found_by_name_in_any_case_and_listed_in_pages(api: JobsApi) -> None:
    ids = [api.post("create", {**JOB, "name": name})["job_id"] for name in ("etl-a", "etl-b", "etl-c")]

    assert [job["job_id"] for job in api.get("list", name="ETL-B")["jobs"]] == [ids[1]]
    pages, token = [], "0"
    while token:
        answer = api.get("list", limit=2, page_token=token)
        assert answer["has_more"] is ("next_page_token" in answer)
        pages.append([job["job_id"] for job in answer["jobs"]])
        token = answer.get("next_page_token")
    assert all(len(page) == 2 for page in pages[:-1])
    assert set(ids) <= {job_id for page in pages for job_id in page}
    assert "tasks" not in api.get("list")["jobs"][0]["settings"]
    assert "tasks" in api.get("list", expand_tasks=True)["jobs"][0]["settings"]


def test_a_reset_job_keeps_its_id_and_runs_with_its_new_settings(api: JobsApi) -> None:
    job_id = api.post("create", JOB)["job_id"]

    api.post("reset", {"job_id": job_id, "new_settings": {"name": "etl 2", "tasks": [task("gold", "tell")]}})

    assert [job["job_id"] for job in api.get("list", name="etl 2")["jobs"]] == [job_id]
    assert [one["task_key"] for one in api.finished(api.start_run(job_id))["tasks"]] == ["gold"]
