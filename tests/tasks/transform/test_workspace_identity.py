"""Without a token, the workload's identity opens Databricks, with a token of Entra that is renewed in time."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from databricks.sdk.mixins.jobs import JobsExt

from tasks.errors import AccessRefused, MisconfiguredError
from tasks.transform.jobs_api import wait_for_run
from tasks.transform.workspace import Workspace
from tests.tasks.scripted_api import answer
from tests.tasks.transform.jobs_service import JobsService, served

TENANT = "11111111-1111-1111-1111-111111111111"
NEARLY_OVER_SECONDS = 301
"""azure-identity renews a token within its last five minutes."""


class Entra(JobsService):
    """The token endpoint of Entra ID: a new token each time, as long-lived as is said, or a refusal."""

    lifetime_seconds = 3600
    forms: list[dict[str, list[str]]]
    refuses = False

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        form = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        self.asked.append(handler.path)
        self.forms.append(parse_qs(form))
        if self.refuses:
            told = {"error": "invalid_client", "error_description": "AADSTS700213: no matching federated identity."}
            answer(told, 401)(handler)
            return
        token = {"token_type": "Bearer", "access_token": f"entra-{len(self.asked)}"}
        answer(token | {"expires_in": self.lifetime_seconds})(handler)


@pytest.fixture
def entra(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Entra]:
    """What AKS tells a pod whose identity is federated, with Entra ID at an address of its own."""
    assertion = tmp_path / "token"
    assertion.write_text("assertion-of-the-pod")
    service = Entra()
    service.forms = []
    with served(service, tls):
        for name, value in {
            "AZURE_AUTHORITY_HOST": f"https://{service.address}",
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": "22222222-2222-2222-2222-222222222222",
            "AZURE_FEDERATED_TOKEN_FILE": str(assertion),
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME"):
            monkeypatch.delenv(name, raising=False)
        yield service


def listed(jobs: JobsExt) -> list[int | None]:
    return [job.job_id for job in jobs.list(name="etl-customer-purchases")]


def test_the_token_is_for_databricks_and_kept_while_it_is_good(service: JobsService, entra: Entra) -> None:
    workspace = Workspace(service.address, None)
    for _ in range(3):
        assert workspace.ask("jobs/list", listed) == [11]
    assert service.tokens == ["entra-1"] * 3
    assert entra.asked == [f"/{TENANT}/oauth2/v2.0/token"]
    (form,) = entra.forms
    assert form["scope"] == ["2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"]
    assert form["client_assertion"] == ["assertion-of-the-pod"]


@pytest.mark.chaos  # azure-identity asks for another token after half a minute at the earliest
def test_the_token_is_renewed_before_it_expires_while_a_run_is_waited_for(service: JobsService, entra: Entra) -> None:
    run_id = service.add("RUNNING", bronze_rows=10)
    service.endless = True
    workspace = Workspace(service.address, None)
    polls = 0

    def ask_until_renewed(handler: BaseHTTPRequestHandler) -> None:
        nonlocal polls
        polls += 1
        service.endless = len(set(service.tokens)) < 2
        answer(json.loads(json.dumps(service.runs[run_id])))(handler)
        if service.endless:
            service.faults.append(ask_until_renewed)

    entra.lifetime_seconds = NEARLY_OVER_SECONDS
    service.faults = [ask_until_renewed]
    assert wait_for_run(workspace, run_id, timeout_seconds=60, poll_seconds=0.2).succeeded
    assert polls > 1
    assert list(dict.fromkeys(service.tokens))[:2] == ["entra-1", "entra-2"]


def test_a_refused_identity_is_told_without_what_it_showed(service: JobsService, entra: Entra) -> None:
    entra.refuses = True
    with pytest.raises(AccessRefused, match="Entra ID gives no token for Databricks: ") as caught:
        Workspace(service.address, None).ask("jobs/list", listed)
    assert "assertion-of-the-pod" not in str(caught.value)
    assert service.asked == []


@pytest.mark.usefixtures("entra")
def test_an_identity_that_may_not_start_the_job_is_told_what_to_check(service: JobsService) -> None:
    service.faults = [answer({"error_code": "PERMISSION_DENIED", "message": "no"}, 403)]
    with pytest.raises(MisconfiguredError) as caught:
        Workspace(service.address, None).ask("jobs/list", listed)
    assert str(caught.value) == (
        "Databricks answers 403 to jobs/list (no): check that the workload's Entra identity is in the workspace and "
        "may manage runs of the job"
    )
