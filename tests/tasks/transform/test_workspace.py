"""A workspace is asked again while that can help, never beyond its time, and no message holds a token."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import stamina
from databricks.sdk.mixins.jobs import JobsExt

from tasks.errors import AccessRefused, DatabricksUnavailable, MisconfiguredError
from tasks.transform.workspace import Workspace
from tests.tasks.scripted_api import Answer, answer, cut_off, stalled
from tests.tasks.transform.jobs_service import JobsService

BUSY = answer({"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}, 429, Retry_After="1")
GATEWAY = answer(b"<html><title>502 Bad Gateway</title></html>", 502)


def listed(jobs: JobsExt) -> list[int | None]:
    return [job.job_id for job in jobs.list(name="etl-customer-purchases")]


@pytest.mark.parametrize(
    "fault",
    [
        answer({"error_code": "INTERNAL_ERROR", "message": "oops"}, 500),
        GATEWAY,
        answer({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "soon"}, 503),
        answer(b"upstream timed out", 504),
        BUSY,
        cut_off(),
        lambda handler: handler.connection.close(),
    ],
    ids=["500", "502 in HTML", "503", "504 as text", "429", "broken answer", "broken connection"],
)
def test_what_may_pass_is_asked_again(service: JobsService, workspace: Workspace, fault: Answer) -> None:
    service.faults = [fault, fault]
    assert workspace.ask("jobs/list", listed) == [11]
    assert len(service.asked) == 3
    service.faults = [fault] * 3
    with pytest.raises(DatabricksUnavailable, match="Databricks"):
        workspace.ask("jobs/list", listed)


def test_an_answer_that_does_not_come_is_asked_for_again(service: JobsService) -> None:
    workspace = Workspace(service.address, "planted-token", call_seconds=0.3)
    service.faults = [stalled(0.6)]
    assert workspace.ask("jobs/list", listed, seconds=30) == [11]


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        (
            answer({"error_code": "401", "message": "Credential was not sent"}, 401),
            AccessRefused,
            "Databricks answers 401 to jobs/list (Credential was not sent): check the token in block databricks",
        ),
        (
            answer({"error_code": "PERMISSION_DENIED", "message": "no Can Manage Run on job 11"}, 403),
            AccessRefused,
            "Databricks answers 403 to jobs/list (no Can Manage Run on job 11): check the token in block databricks",
        ),
        (
            answer({"error_code": "INVALID_PARAMETER_VALUE", "message": "limit\nis too large"}, 400),
            MisconfiguredError,
            "Databricks refuses jobs/list with 400: limit",
        ),
        (
            answer({"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"}, 404),
            MisconfiguredError,
            "Databricks refuses jobs/list with 404: No API found",
        ),
        (
            answer(b"<html>Sign in</html>"),
            MisconfiguredError,
            "what answers to jobs/list is no Databricks workspace: check the host in block databricks",
        ),
    ],
    ids=["no token", "no right", "bad request", "no such endpoint", "no workspace"],
)
def test_what_stays_is_told_at_once(
    service: JobsService, workspace: Workspace, fault: Answer, error: type[Exception], told: str
) -> None:
    service.faults = [fault]
    with pytest.raises(error) as caught:
        workspace.ask("jobs/list", listed)
    assert str(caught.value) == told
    assert len(service.asked) == 1


def test_a_wait_that_databricks_asks_for_is_kept_within_the_time(service: JobsService) -> None:
    workspace = Workspace(service.address, "planted-token", call_seconds=20)
    with stamina.set_testing(False):
        service.faults = [BUSY]
        began = time.monotonic()
        assert workspace.ask("jobs/list", listed) == [11]
        assert 1 <= time.monotonic() - began < 10

        service.faults = [answer({"error_code": "429", "message": "come again"}, 429, Retry_After="3600")]
        began = time.monotonic()
        with pytest.raises(DatabricksUnavailable, match="keeps answering 429 to jobs/list"):
            workspace.ask("jobs/list", listed)
        assert time.monotonic() - began < 5


def test_tries_end_when_their_time_does(service: JobsService) -> None:
    workspace = Workspace(service.address, "planted-token", call_seconds=2)
    service.faults = [GATEWAY] * 1000
    with stamina.set_testing(False):
        began = time.monotonic()
        with pytest.raises(DatabricksUnavailable, match="keeps answering an error to jobs/list"):
            workspace.ask("jobs/list", listed)
    assert 1 < time.monotonic() - began < 12
    assert len(service.asked) > 1


@pytest.mark.usefixtures("tls")
def test_a_host_that_is_not_there_is_named_by_its_block() -> None:
    with pytest.raises(DatabricksUnavailable, match=r"does not answer \(ConnectionError\): check the host in block"):
        Workspace("127.0.0.1:9", "planted-token").ask("jobs/list", listed)


def test_a_certificate_that_is_not_trusted_ends_it_at_once(
    service: JobsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(MisconfiguredError, match=r"certificate of Databricks is not trusted.*REQUESTS_CA_BUNDLE"):
        Workspace(service.address, "planted-token").ask("jobs/list", listed)
    assert service.asked == []


def test_the_block_alone_says_where_and_as_whom(
    service: JobsService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profile = tmp_path / "databrickscfg"
    profile.write_text("[other]\nhost = https://elsewhere.example.com\ntoken = another\n")
    for name, value in {
        "DATABRICKS_HOST": "https://elsewhere.example.com",
        "DATABRICKS_TOKEN": "another",
        "DATABRICKS_CONFIG_PROFILE": "other",
        "DATABRICKS_CONFIG_FILE": str(profile),
        "ARM_CLIENT_ID": "another",
        "ARM_CLIENT_SECRET": "another",
        "DATABRICKS_WORKSPACE_ID": "7",
    }.items():
        monkeypatch.setenv(name, value)
    assert Workspace(service.address, "planted-token").ask("jobs/list", listed) == [11]
    assert service.tokens == ["planted-token"]
    assert service.asked == ["list"]
