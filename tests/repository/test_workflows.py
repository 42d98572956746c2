"""The workflows: each step's commands are run here, beside programs that note what they are asked, or refuse."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra_cdktf.settings import ENVIRONMENTS

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (REPOSITORY / ".github/workflows").glob("*.yml")}
MAIN = sorted(WORKFLOWS.keys() - {"summary"})
PROGRAMS = (".venv/bin/python", ".venv/bin/prefect", ".venv/bin/pre-commit", ".ci/push-image", "make")
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
"""What GitHub makes of `shell: bash`."""


def steps() -> Iterator[Any]:
    for name, workflow in sorted(WORKFLOWS.items()):
        for key, job in workflow["jobs"].items():
            for step in job.get("steps", ()):
                if "run" in step:
                    variables = {**job.get("env", {}), **step.get("env", {})}
                    yield pytest.param(step["run"], variables, id=f"{name}-{key}-{step['name']}")


def run(folder: Path, commands: str, variables: dict[str, str], status: int = 0) -> tuple[int, str]:
    """Run a step's commands where every program of ours notes its arguments and ends with that status."""
    log = folder / "log"
    for name in PROGRAMS:
        program = folder / ("bin" if "/" not in name else "") / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit {status}\n')
        program.chmod(0o755)
    (folder / "infra_cdktf").mkdir()
    # What GitHub's expressions would give, one word for each.
    given = {key: re.sub(r"\$\{\{.*?\}\}", key.lower(), str(value)) for key, value in variables.items()}
    given |= {"BLOCK_VARIABLES": "STORE_URL=somewhere"} if "BLOCK_VARIABLES" in variables else {}
    files = {name: str(folder / name.lower()) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **given, **files}
    done = subprocess.run([*SHELL, commands], cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode, log.read_text() if log.exists() else ""


@pytest.mark.parametrize(("commands", "variables"), steps())
def test_a_step_calls_programs_of_this_repository_with_all_that_they_need(
    tmp_path: Path, commands: str, variables: dict[str, str]
) -> None:
    status, called = run(tmp_path, commands, variables)
    assert status == 0
    assert called
    assert "  " not in called, "an argument is empty"


@pytest.mark.parametrize(("commands", "variables"), steps())
def test_a_step_fails_when_a_program_does(tmp_path: Path, commands: str, variables: dict[str, str]) -> None:
    status, called = run(tmp_path, commands, variables, status=7)
    assert status == 7
    assert len(called.splitlines()) == 1, "it went on after a failure"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit(name: str) -> None:
    text = (REPOSITORY / f".github/workflows/{name}.yml").read_text()
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert [action for action, comment in used if not _is_pinned(action, comment)] == []


def _is_pinned(action: str, comment: str) -> bool:
    return action.startswith("./.github/") or bool(
        re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action) and re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    )


@pytest.mark.parametrize("name", MAIN)
def test_a_workflow_grants_nothing_as_a_whole_takes_turns_and_ends_with_a_summary(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {}
    assert workflow["defaults"] == {"run": {"shell": "bash"}}
    assert workflow["concurrency"]["group"]
    summary = workflow["jobs"]["summary"]
    assert summary["uses"] == "./.github/workflows/summary.yml"
    assert set(summary["needs"]) == workflow["jobs"].keys() - {"summary"}


@pytest.mark.parametrize("name", MAIN)
def test_whoever_signs_in_to_azure_stands_in_an_environment_and_has_no_secret(name: str) -> None:
    for job in WORKFLOWS[name]["jobs"].values():
        federated = job.get("permissions", {}).get("id-token") == "write"
        signs_in = any("azure/login@" in step.get("uses", "") for step in job.get("steps", ()))
        assert federated == signs_in
        assert not signs_in or "environment" in job
        assert "client-secret" not in str(job)


def test_environments_are_those_of_the_infrastructure() -> None:
    known = [settings.name for settings in ENVIRONMENTS]
    for name in ("infrastructure", "destroy", "images", "deploy", "orchestrate"):
        inputs = WORKFLOWS[name][True]["workflow_dispatch"]["inputs"]  # YAML reads `on` as true
        assert inputs["environment"]["options"] == known


def test_deploying_waits_for_the_approval_of_what_was_planned() -> None:
    for name, deed in (("infrastructure", "deploy"), ("destroy", "destroy")):
        jobs = WORKFLOWS[name]["jobs"]
        assert jobs["plan"]["environment"] == "${{ inputs.environment }}-plan"
        assert jobs[deed]["environment"] == "${{ inputs.environment }}"
        assert jobs[deed]["needs"] == ["plan"]
    assert WORKFLOWS["destroy"]["jobs"]["plan"]["if"] == (
        "inputs.confirmation == format('destroy {0}', inputs.environment)"
    )
