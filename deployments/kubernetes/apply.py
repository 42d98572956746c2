"""Applies an overlay to the private cluster: `python -m deployments.kubernetes.apply dev --outputs FILE`.

`az aks command invoke` carries the manifests in and runs kubectl there. Its own exit status is 0 whatever became of the
command, whose status stands in its answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from deployments.kubernetes.environment import OVERLAYS

WORKER = "deployment/prefect-worker"
ROLLOUT_TIMEOUT = "10m"


class NotApplied(Exception):
    """Raised when the cluster does not take the manifests; the text has kubectl's words."""


def apply(environment: str, outputs: dict[str, dict[str, str]]) -> str:
    """Apply the environment's overlay and wait for the worker; what kubectl said.

    Raises:
        NotApplied: the outputs lack the cluster, az refuses, or kubectl failed in the cluster.
    """
    suffix = f"-{environment}-platform"
    # A stack's resource group is called as the stack is.
    group = next((stack for stack, found in outputs.items() if stack.endswith(suffix) and found.get("cluster")), None)
    if group is None:
        raise NotApplied(f"there is no output cluster of the stack …{suffix}")
    command = (
        f"kubectl apply -k overlays/{environment} && "
        f"kubectl rollout status {WORKER} -n prefect --timeout={ROLLOUT_TIMEOUT}"
    )
    answer = _invoke(["--resource-group", group, "--name", outputs[group]["cluster"], "--command", command])
    if answer.get("exitCode") != 0:
        raise NotApplied(f"kubectl failed in the cluster: {answer.get('logs') or answer.get('reason') or answer}")
    return str(answer.get("logs") or "")


def _invoke(options: list[str]) -> dict[str, object]:
    command = ["az", "aks", "command", "invoke", *options, "--file", ".", "--output", "json"]
    try:
        done = subprocess.run(  # noqa: S603 (our own command)
            command, cwd=OVERLAYS.parent, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise NotApplied("no az on the PATH: install the Azure command line") from None
    if done.returncode != 0:
        raise NotApplied(f"az aks command invoke failed: {done.stderr.strip()}")
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def main() -> None:
    """Command line: print what kubectl said; status 1 with the reason when it failed."""
    parser = argparse.ArgumentParser(prog="apply", description=__doc__)
    parser.add_argument("environment", choices=sorted(overlay.name for overlay in OVERLAYS.iterdir()))
    parser.add_argument("--outputs", type=Path, required=True, help="what deployments.infrastructure outputs printed")
    arguments = parser.parse_args()
    try:
        said = apply(arguments.environment, json.loads(arguments.outputs.read_text(encoding="utf-8")))
    except NotApplied as error:
        sys.exit(f"apply: {error}")
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main()
