"""Workflows and Dockerfile keep the rules of actionlint, zizmor (its strictest persona) and hadolint: `make lint`.

zizmor and hadolint come from their lock into an environment of their own; actionlint is built once by Go, about 25 s,
into the user's cache. None of them reaches out when it runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sandbox.bootstrap import REPOSITORY
from tests.kubernetes.control_plane.go_toolchain import ToolchainMissing, go_program
from tests.kubernetes.control_plane.programs import cache_folder
from tests.repository.locked_environment import locked_programs

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


def commands(repository: Path) -> list[list[str | Path]]:
    """The linters' command lines, to be run in that repository.

    Raises:
        ToolchainMissing: there is no Go.
        CalledProcessError: a linter cannot be installed; its installer has said why.
    """
    tools = locked_programs("workflows")
    return [
        [actionlint(), "-color=false", *sorted((repository / ".github" / "workflows").glob("*.yml"))],
        [tools / "zizmor", "--offline", "--quiet", "--persona", "auditor", ".github"],
        [tools / "hadolint", "--failure-threshold", "style", "Dockerfile"],
    ]


def actionlint() -> Path:
    """The pinned actionlint, built now if need be."""
    folder = cache_folder() / ACTIONLINT.rpartition("/")[2]
    if not (folder / "actionlint").exists():
        settings = {"GOBIN": str(folder), "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        command = [go_program(cache_folder()), "install", ACTIONLINT]
        subprocess.run(command, check=True, env=os.environ | settings)
    return folder / "actionlint"


def main() -> None:
    """Run all; status 1 when one finds something."""
    try:
        results = [subprocess.run(command, cwd=REPOSITORY, check=False) for command in commands(REPOSITORY)]
    except (ToolchainMissing, subprocess.CalledProcessError) as error:
        sys.exit(f"workflow lint: {error}")
    if any(done.returncode for done in results):
        sys.exit(1)
    sys.stdout.write("actionlint, zizmor and hadolint find nothing\n")


if __name__ == "__main__":
    main()
