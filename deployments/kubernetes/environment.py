"""Fills in an overlay from Terraform's outputs: `python -m deployments.kubernetes.environment dev --outputs FILE`.

The file is what `cdktf deploy --outputs-file` writes. What Terraform does not know comes from the environment:
`ARM_TENANT_ID`, `PREFECT_API_URL`, and `WORKER_VERSION`, the version of the worker's image. It writes the overlay's
`environment.properties`; `kubectl apply -k` does the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deployments.written_files import write_whole

OVERLAYS = Path(__file__).parent / "overlays"
_OUTPUTS = ("cluster", "key_vault", "worker_client_id", "flows_client_id", "registry")
_VARIABLES = ("ARM_TENANT_ID", "PREFECT_API_URL", "WORKER_VERSION")


class Incomplete(Exception):
    """Raised when something that the manifests need is not there; the text names all of it."""


def properties(outputs: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """What the overlay is filled with.

    Args:
        outputs: Those of the stack `platform`.
        variables: Those of the environment.

    Raises:
        Incomplete: an output or a variable is missing or empty.
    """
    missing = [f"output {name} of the stack platform" for name in _OUTPUTS if not outputs.get(name)]
    missing += [f"variable {name}" for name in _VARIABLES if not variables.get(name)]
    if missing:
        raise Incomplete(f"missing: {', '.join(missing)}")
    return {
        "CLUSTER": outputs["cluster"],
        # Terraform puts out the vault's address, the driver wants its name.
        "KEY_VAULT": str(urlsplit(outputs["key_vault"]).hostname).partition(".")[0],
        "TENANT_ID": variables["ARM_TENANT_ID"],
        "WORKER_CLIENT_ID": outputs["worker_client_id"],
        "FLOWS_CLIENT_ID": outputs["flows_client_id"],
        "PREFECT_API_URL": variables["PREFECT_API_URL"],
        "WORKER_IMAGE": f"{outputs['registry']}/worker:{variables['WORKER_VERSION']}",
    }


def main() -> None:
    """Command line: write the overlay's file; status 1 and a line with what is missing."""
    parser = argparse.ArgumentParser(prog="environment", description=__doc__)
    parser.add_argument("environment", choices=sorted(overlay.name for overlay in OVERLAYS.iterdir()))
    parser.add_argument("--outputs", type=Path, required=True)
    arguments = parser.parse_args()
    stacks: dict[str, dict[str, str]] = json.loads(arguments.outputs.read_text(encoding="utf-8"))
    suffix = f"-{arguments.environment}-platform"
    platform = next((found for name, found in stacks.items() if name.endswith(suffix)), {})
    try:
        filled = properties(platform, os.environ)
    except Incomplete as error:
        sys.exit(f"environment {arguments.environment}: {error}")
    text = "".join(f"{name}={value}\n" for name, value in filled.items())
    write_whole(OVERLAYS / arguments.environment / "environment.properties", text)


if __name__ == "__main__":
    main()
