"""Where the control plane's programs come from, and what is said when they are not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.kubernetes.control_plane import go_toolchain
from tests.kubernetes.control_plane.go_toolchain import ToolchainMissing, go_program
from tests.kubernetes.control_plane.programs import NAMES, SOURCES, programs
from tests.kubernetes.paths import MANIFESTS, REPOSITORY


def _make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch(mode=0o755)
    return folder


def test_given_programs_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(_make(tmp_path, *NAMES)))
    assert programs() == tmp_path


def test_what_is_missing_is_said_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(_make(tmp_path, "etcd", "kube-apiserver", "kubectl")))
    command = [sys.executable, "-m", "tests.kubernetes.control_plane.programs"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "lacks kube-controller-manager, kube-scheduler: add them, or unset it" in done.stderr


def test_old_go_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "go"
    old.write_text("#!/bin/sh\necho go1.19.8\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(go_toolchain, "LOCK", tmp_path / "no-lock.txt")
    with pytest.raises(ToolchainMissing, match="no Go that can build the control plane"):
        go_program(tmp_path / "cache")


def test_admission_is_pinned_to_the_version_that_is_tested() -> None:
    built = re.search(r"k8s\.io/kubernetes v(1\.\d+)\.", (SOURCES / "go.mod").read_text())
    labels = yaml.safe_load((MANIFESTS / "base" / "namespace.yaml").read_text())["metadata"]["labels"]
    assert built
    assert labels["pod-security.kubernetes.io/enforce-version"] == f"v{built[1]}"
