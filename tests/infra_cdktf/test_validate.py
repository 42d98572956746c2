"""`make validate` never passes without proof."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdktf.main import PROJECT
from infra_cdktf.validate import validate
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra


def terraform(folder: Path, script: str) -> str:
    """A program that is called as terraform is: `terraform -chdir=STACK init|validate …`."""
    path = folder / "terraform"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


def test_without_terraform_it_says_so_and_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra_cdktf.validate"]
    environment = {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT VALIDATED: no terraform on the PATH")


def test_without_providers_it_says_which_stacks_and_fails(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = terraform(tmp_path, 'case "$2" in init) echo "registry is unreachable" >&2; exit 1;; esac')
    with pytest.raises(SystemExit, match=r"^NOT VALIDATED: 25 of 25 stacks: datamaster-dev-access, "):
        validate(plan.folder, program)
    assert "datamaster-state: terraform init failed\nregistry is unreachable" in capsys.readouterr().err


def test_an_invalid_stack_fails(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = terraform(tmp_path, 'case "$1$2" in *dev-lakevalidate) echo "no such argument"; exit 1;; esac')
    with pytest.raises(SystemExit, match=r"^NOT VALIDATED: 1 of 25 stacks: datamaster-dev-lake$"):
        validate(plan.folder, program)
    assert "no such argument" in capsys.readouterr().err


def test_it_passes_when_every_stack_is_valid(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate(plan.folder, terraform(tmp_path, "exit 0"))
    assert capsys.readouterr().out.splitlines()[-1] == "25 stacks are valid"
