"""Runs `terraform validate` on every stack: `python -m infra_cdktf.validate`, which `make validate` calls.

Terraform needs the providers' binaries, which `terraform init` fetches; where they cannot be had, nothing is validated,
and this says so and fails rather than passing for want of proof. `TF_CLI_ARGS_init=-plugin-dir=FOLDER` (Terraform's own
variable) names a folder that already holds them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra_cdktf import main as synthesis

NOT_VALIDATED = "NOT VALIDATED"


def main() -> None:
    """Synthesize into a temporary folder and validate what was written."""
    terraform = shutil.which("terraform")
    if terraform is None:
        sys.exit(f"{NOT_VALIDATED}: no terraform on the PATH; install version 1.11 or later and run this again")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CDKTF_OUTDIR"] = folder
        synthesis.main()
        validate(Path(folder), terraform)


def validate(folder: Path, terraform: str) -> None:
    """Validate each synthesized stack in `folder` with that terraform; exit with 1 unless every one is valid."""
    stacks = sorted((folder / "stacks").iterdir())
    failed = [stack.name for stack in stacks if not _is_valid(terraform, stack)]
    if failed:
        sys.exit(f"{NOT_VALIDATED}: {len(failed)} of {len(stacks)} stacks: {', '.join(failed)}")
    sys.stdout.write(f"{len(stacks)} stacks are valid\n")


def _is_valid(terraform: str, stack: Path) -> bool:
    for arguments in (["init", "-backend=false", "-input=false"], ["validate"]):
        command = [terraform, f"-chdir={stack}", *arguments, "-no-color"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no outside input)
        if done.returncode:
            sys.stderr.write(f"{stack.name}: terraform {arguments[0]} failed\n{done.stdout}{done.stderr}\n")
            return False
    sys.stdout.write(f"{stack.name}: valid\n")
    return True


if __name__ == "__main__":
    main()
