"""Runs the locked checkov on a synthesized folder: `make checkov`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from infra_cdktf.main import HERE
from tests.infra_cdktf.own_environment import make_environment


def main() -> None:
    """Leave with checkov's own status."""
    with tempfile.TemporaryDirectory() as folder:
        checkov = make_environment(Path(folder) / "venv", "checkov.txt") / "checkov"
        options = ["--config-file", HERE / ".checkov.yaml", "--directory", sys.argv[1]]
        sys.exit(subprocess.run([checkov, *options], check=False).returncode)


if __name__ == "__main__":
    main()
