"""Prints a workflow run's jobs and steps with results and times, as a job summary: `python -m deployments.job_summary`.

GitHub sets `GITHUB_API_URL`, `GITHUB_REPOSITORY` and `GITHUB_RUN_ID`; `GITHUB_TOKEN` needs `actions: read`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

_TIMEOUT_SECONDS = 30
_MARKS = {"success": "✅", "failure": "❌", "cancelled": "⏹", "skipped": "➖"}


def read_jobs(client: httpx.Client, repository: str, run_id: str) -> list[dict[str, Any]]:
    """Every job of the run's last attempt, page after page.

    Raises:
        httpx.HTTPError: GitHub does not answer, or refuses.
    """
    jobs: list[dict[str, Any]] = []
    url: str | None = f"/repos/{repository}/actions/runs/{run_id}/jobs?per_page=100"
    while url:
        answer = client.get(url).raise_for_status()
        jobs += answer.json()["jobs"]
        url = answer.links.get("next", {}).get("url")
    return jobs


def markdown(jobs: list[dict[str, Any]], page: str) -> str:
    """A table with a row for each job that has ended and each of its steps that did something."""
    rows = [row for job in jobs if job["conclusion"] for row in _rows(job)]
    head = ["| stage | result | seconds |", "| --- | --- | ---: |"]
    return "\n".join([f"[This run]({page})", "", *head, *rows])


def _rows(job: Mapping[str, Any]) -> Iterator[str]:
    yield f"| [**{job['name']}**]({job['html_url']}) | {_result(job)} | {_seconds(job)} |"
    for step in job.get("steps", ()):
        if step["conclusion"] not in {None, "skipped"}:
            yield f"| {step['name']} | {_result(step)} | {_seconds(step)} |"


def _result(one: Mapping[str, Any]) -> str:
    conclusion = str(one["conclusion"])
    return f"{_MARKS.get(conclusion, '')} {conclusion}".strip()


def _seconds(one: Mapping[str, Any]) -> int | str:
    began, ended = one.get("started_at"), one.get("completed_at")
    return (
        round((datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds())
        if began and ended
        else ""
    )


def main() -> None:
    """Command line: print the summary; status 1 with what to do when GitHub refuses."""
    given = {name: os.environ.get(f"GITHUB_{name}", "") for name in ("API_URL", "REPOSITORY", "RUN_ID", "TOKEN")}
    if missing := [f"GITHUB_{name}" for name, value in given.items() if not value]:
        sys.exit(f"job summary: set {', '.join(missing)}")
    headers = {"Authorization": f"Bearer {given['TOKEN']}", "Accept": "application/vnd.github+json"}
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    page = f"{server}/{given['REPOSITORY']}/actions/runs/{given['RUN_ID']}"
    try:
        with httpx.Client(base_url=given["API_URL"], headers=headers, timeout=_TIMEOUT_SECONDS) as client:
            jobs = read_jobs(client, given["REPOSITORY"], given["RUN_ID"])
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        sys.exit(f"job summary: GitHub answered {status}: the token needs the permission actions: read")
    except httpx.HTTPError as error:
        sys.exit(f"job summary: GitHub does not answer: {error}")
    sys.stdout.write(f"{markdown(jobs, page)}\n")


if __name__ == "__main__":
    main()
