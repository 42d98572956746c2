"""`make validate` never passes without proof."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdktf.main import HERE, PROJECT

pytestmark = pytest.mark.infra


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing but `folder` on the path."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TF_")},
        "PATH": str(folder),
        "DATAMASTER_ACCOUNTS": str(HERE / "accounts.example.toml"),
    }
    command = [sys.executable, "-m", "infra_cdktf.validate"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def terraform(folder: Path, script: str) -> None:
    path = folder / "terraform"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def test_without_terraform_it_says_so_and_fails(tmp_path: Path) -> None:
    done = validate(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT VALIDATED: no terraform on the PATH")


def test_without_providers_it_says_which_stacks_and_fails(tmp_path: Path) -> None:
    terraform(tmp_path, 'case "$2" in init) echo "registry is unreachable" >&2; exit 1;; esac')
    done = validate(tmp_path)
    assert done.returncode == 1
    assert "NOT VALIDATED: 25 of 25 stacks: datamaster-dev-access, " in done.stderr
    assert "datamaster-state: terraform init failed\nregistry is unreachable" in done.stderr


def test_an_invalid_stack_fails(tmp_path: Path) -> None:
    terraform(tmp_path, 'case "$1$2" in *dev-lakevalidate) echo "no such argument"; exit 1;; esac')
    done = validate(tmp_path)
    assert done.returncode == 1
    assert "NOT VALIDATED: 1 of 25 stacks: datamaster-dev-lake\n" in done.stderr
    assert "no such argument" in done.stderr


def test_it_passes_when_every_stack_is_valid(tmp_path: Path) -> None:
    terraform(tmp_path, "exit 0")
    done = validate(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "25 stacks are valid")
