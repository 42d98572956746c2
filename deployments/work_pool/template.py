"""Renders the base job template of the work pool `aks`: `python -m deployments.work_pool.template`.

It is the default of the installed prefect-kubernetes with our changes, so that a new version of it shows as a
difference of the committed `aks.json`. `docs/operations.md` says how the pool gets it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from prefect_kubernetes.worker import KubernetesWorker

from deployments.work_pool import manifest, variables
from deployments.written_files import write_whole

COMMITTED = Path(__file__).with_name("aks.json")


def base_job_template() -> dict[str, Any]:
    """The template, a new object at every call."""
    template: dict[str, Any] = KubernetesWorker.get_default_base_job_template()
    template["variables"] = variables.with_ours(template["variables"])
    configuration = template["job_configuration"]
    # A run that brings credentials of another cluster would leave this one's rules.
    del configuration["cluster_config"]
    configuration["job_manifest"] = manifest.with_ours(configuration["job_manifest"])
    return template


def render() -> str:
    """The committed file's text."""
    return json.dumps(base_job_template(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Command line: renew the committed file."""
    write_whole(COMMITTED, render())
    sys.stdout.write(f"{COMMITTED.name} is what the installed prefect-kubernetes and our changes give\n")


if __name__ == "__main__":
    main()
