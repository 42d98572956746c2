"""What the cluster and GitHub answer: kubectl's own status counts, and jobs come page by page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from blocks.images import REPOSITORY

OUTPUTS = {"datamaster-dev-platform": {"cluster": "datamaster-dev-aks"}}


def apply(folder: Path, answer: object, status: int = 0) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Apply dev's overlay beside an `az` that answers so, and notes what it is asked, and where."""
    (folder / "outputs.json").write_text(json.dumps(OUTPUTS))
    (folder / "answer").write_text(json.dumps(answer))
    az = folder / "az"
    az.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$PWD" "$@" > {folder}/log\necho refused >&2\n'
        f"/bin/cat {folder}/answer\nexit {status}\n"
    )
    az.chmod(0o755)
    command = [sys.executable, "-m", "deployments.kubernetes.apply", "dev", "--outputs", str(folder / "outputs.json")]
    environment = {**os.environ, "PATH": str(folder)}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    return done, (folder / "log").read_text().splitlines()


def test_manifests_are_applied_in_the_cluster_of_the_outputs(tmp_path: Path) -> None:
    done, asked = apply(tmp_path, {"exitCode": 0, "logs": "deployment.apps/prefect-worker configured"})
    assert (done.returncode, done.stdout) == (0, "deployment.apps/prefect-worker configured\n")
    kubectl = (
        "kubectl apply -k overlays/dev && kubectl rollout status deployment/prefect-worker -n prefect --timeout=10m"
    )
    assert asked == [
        str(REPOSITORY / "deployments/kubernetes"),
        *("aks", "command", "invoke", "--resource-group", "datamaster-dev-platform", "--name", "datamaster-dev-aks"),
        *("--command", kubectl, "--file", ".", "--output", "json"),
    ]


def test_a_command_that_failed_in_the_cluster_fails_though_az_does_not(tmp_path: Path) -> None:
    done, _ = apply(tmp_path, {"exitCode": 1, "logs": "error: the server could not find the resource"})
    assert done.returncode == 1
    assert "kubectl failed in the cluster: error: the server could not find the resource" in done.stderr


def test_what_az_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    done, _ = apply(tmp_path, {}, status=1)
    assert (done.returncode, done.stderr) == (1, "apply: az aks command invoke failed: refused\n")


class GitHub(BaseHTTPRequestHandler):
    """Answers as `GET /repos/…/actions/runs/…/jobs` does, one job a page."""

    def do_GET(self) -> None:
        page = 2 if "page=2" in self.path else 1
        path = f"http://{self.headers['Host']}/repos/o/r/actions/runs/7/jobs"
        allowed = self.headers["Authorization"] == "Bearer good" and self.path.startswith(
            "/repos/o/r/actions/runs/7/jobs"
        )
        self.send_response(200 if allowed else 403)
        if page == 1:
            self.send_header("Link", f'<{path}?per_page=100&page=2>; rel="next"')
        self.end_headers()
        self.wfile.write(json.dumps({"total_count": 2, "jobs": [self.job(page)]}).encode())

    def job(self, page: int) -> dict[str, object]:
        times = {"started_at": "2026-11-26T10:00:00Z", "completed_at": "2026-11-26T10:01:30Z"}
        step = {"name": "Apply", "conclusion": "failure" if page == 2 else "success", **times}
        skipped = {**step, "name": "Post", "conclusion": "skipped"}
        job = {"html_url": f"https://github.com/o/r/job/{page}", "steps": [step, skipped], **times}
        return {"name": ("Plan", "Deploy")[page - 1], "conclusion": step["conclusion"], **job}

    def log_message(self, *_arguments: object) -> None:
        """Keep the test's output free of it."""


@pytest.fixture
def github() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def summary(api_url: str, token: str) -> subprocess.CompletedProcess[str]:
    given = {"GITHUB_API_URL": api_url, "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7", "GITHUB_TOKEN": token}
    command = [sys.executable, "-m", "deployments.job_summary"]
    environment = {**os.environ, **given, "NO_PROXY": "127.0.0.1", "GITHUB_SERVER_URL": "https://github.com"}
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def test_a_run_s_stages_are_told_with_results_times_and_links(github: str) -> None:
    assert summary(github, "good").stdout.splitlines() == [
        "[This run](https://github.com/o/r/actions/runs/7)",
        "",
        "| stage | result | seconds |",
        "| --- | --- | ---: |",
        "| [**Plan**](https://github.com/o/r/job/1) | ✅ success | 90 |",
        "| Apply | ✅ success | 90 |",
        "| [**Deploy**](https://github.com/o/r/job/2) | ❌ failure | 90 |",
        "| Apply | ❌ failure | 90 |",
    ]


def test_a_token_without_the_permission_is_told(github: str) -> None:
    done = summary(github, "bad")
    assert done.returncode == 1
    assert done.stderr == "job summary: GitHub answered 403: the token needs the permission actions: read\n"


def test_variables_that_are_missing_are_named_together() -> None:
    assert summary("", "").stderr == "job summary: set GITHUB_API_URL, GITHUB_TOKEN\n"
