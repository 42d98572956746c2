"""Renders prefect.yaml, every deployment of this project, from the contracts: `python -m deployments.prefect_yaml`.

It renews the committed file after a contract or a version changed, whole or not at all. What differs between
environments stands in it as `{{ $VARIABLE }}`, which Prefect takes from the environment when it deploys.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from blocks.images import PARENT_IMAGE, image_name, project_version
from contracts.contract import Contract
from contracts.folder import Contracts, read_contracts
from contracts.job_document import upkeep_job_name
from contracts.problems import ContractError
from contracts.sources.source import BaseSource
from deployments.work_pool.reconciler import deployment as reconciler
from deployments.work_pool.variables import LOGGING_ENVIRONMENT
from deployments.written_files import write_whole

COMMITTED = Path(__file__).resolve().parent.parent / "prefect.yaml"
HEADER = "# Rendered from the contracts: python -m deployments.prefect_yaml\n"
OURS = "datamaster"
"""Tag of every deployment of this project."""

WORK_POOL = "{{ $DATAMASTER_WORK_POOL }}"
REGISTRY = "{{ $DATAMASTER_REGISTRY }}"
"""Where a work pool that starts images takes them from; a process pool starts none."""
CODE_FOLDER = "{{ $DATAMASTER_CODE_FOLDER }}"
"""The repository where flows run: a folder of the image, or of the machine of a process pool."""
SCHEDULES_PAUSED = "{{ $DATAMASTER_SCHEDULES_PAUSED }}"

SUNDAYS = "0 1 * * 0"
"""When tables are put in order: while the parent flows, which it gives way to, have nothing to do."""

_VARIABLE = re.compile(r"\{\{ \$(\w+) \}\}")


def render(contracts: Contracts) -> str:
    """The file's text: of each dataset the parent flow's deployment, one per source and its upkeep; the maintenance."""
    deployments = [
        deployment for contract in contracts.datasets for deployment in _deployments(contract, contracts.lake.timezone)
    ]
    document = {"name": OURS, "pull": [_pull()], "deployments": [*deployments, _maintenance()]}
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def variables(text: str) -> list[str]:
    """Names of the variables that a rendered text leaves to the environment."""
    return sorted(set(_VARIABLE.findall(text)))


def _pull() -> dict[str, Any]:
    """Without a step of its own, Prefect would store the folder of the machine that deploys."""
    return {"prefect.deployments.steps.set_working_directory": {"directory": CODE_FOLDER}}


def _deployments(contract: Contract, timezone: str | None) -> list[dict[str, Any]]:
    parent = _deployment(contract, contract.slug, "lakehouse", contract.description, {}, contract.name)
    parent["work_pool"] = _work_pool(PARENT_IMAGE, {})
    sources = [_source(contract, source) for source in contract.sources]
    deployments = [parent, *sources, _upkeep(contract)]
    for deployment in deployments:
        deployment["schedules"][0]["timezone"] = timezone
    return deployments


def _upkeep(contract: Contract) -> dict[str, Any]:
    description = f"Puts the tables of {contract.slug} in order."
    own = _deployment(contract, upkeep_job_name(contract), "upkeep", description, {}, contract.name)
    return {**own, "schedules": [{"cron": SUNDAYS}], "work_pool": _work_pool(PARENT_IMAGE, {})}


def _source(contract: Contract, source: BaseSource) -> dict[str, Any]:
    own = _deployment(contract, source.name, "ingest", source.description, {"source": source.name}, source.name)
    asked = {"cpu_request": source.resources.cpu, "memory": source.resources.memory}
    own["work_pool"] = _work_pool(source.name, {name: amount for name, amount in asked.items() if amount})
    return own


def _deployment(
    contract: Contract, name: str, flow: str, description: str, parameters: dict[str, str], element: str
) -> dict[str, Any]:
    return {
        "name": name,
        "version": project_version(),
        "description": description,
        "entrypoint": f"flows/{flow}.py:{flow}",
        "parameters": {"dataset": contract.slug, **parameters},
        "tags": [OURS, contract.name],
        "schedules": [{"cron": contract.cron(element)}],
        "paused": SCHEDULES_PAUSED,
    }


def _maintenance() -> dict[str, Any]:
    entry = reconciler(_image(PARENT_IMAGE), OURS, WORK_POOL)
    job_variables = {**entry["work_pool"]["job_variables"], **_everywhere()}
    work_pool = {**entry["work_pool"], "job_variables": job_variables}
    return {**entry, "version": project_version(), "paused": SCHEDULES_PAUSED, "work_pool": work_pool}


def _work_pool(image: str, resources: dict[str, str]) -> dict[str, Any]:
    return {"name": WORK_POOL, "job_variables": {"image": _image(image), **resources, **_everywhere()}}


def _image(name: str) -> str:
    return f"{REGISTRY}/{image_name(name)}"


def _everywhere() -> dict[str, Any]:
    return {"env": dict(LOGGING_ENVIRONMENT)}


def main() -> None:
    """Command line: renew the committed file; status 1 and a line for each problem of an invalid contract."""
    try:
        text = render(read_contracts())
    except ContractError as error:
        sys.exit(str(error))
    write_whole(Path(os.environ.get("PREFECT_YAML") or COMMITTED), text)


if __name__ == "__main__":
    main()
