"""Renders prefect.yaml, every deployment of this project, from the contract.

`python -m deployments.prefect_yaml > prefect.yaml` renews the committed file after the contract changed. The work pool
and whether schedules are paused differ between environments: Prefect takes both from the environment when it deploys.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from contracts.model import Contract, Schedule, Source
from contracts.reader import read_contract

HEADER = "# Rendered from the contract: python -m deployments.prefect_yaml > prefect.yaml\n"
WORK_POOL = "{{ $DATAMASTER_WORK_POOL }}"
SCHEDULES_PAUSED = "{{ $DATAMASTER_SCHEDULES_PAUSED }}"


def render(contract: Contract) -> str:
    """The file's text: the parent flow's deployment and one per source."""
    deployments = [_pipeline(contract), *(_source(contract, source) for source in contract.sources)]
    document = {"name": "datamaster", "pull": None, "deployments": deployments}
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _pipeline(contract: Contract) -> dict[str, Any]:
    return _deployment(
        contract.slug, "lakehouse", contract.description, contract.pipeline_schedule, {}, [contract.name]
    )


def _source(contract: Contract, source: Source) -> dict[str, Any]:
    schedule = contract.source_schedules[source.name]
    tags = [contract.name, source.kind.value]
    return _deployment(source.name, source.flow_name, source.description, schedule, {"source": source.name}, tags)


def _deployment(
    name: str, flow: str, description: str, schedule: Schedule, parameters: dict[str, str], tags: list[str]
) -> dict[str, Any]:
    function = flow.replace("-", "_")
    return {
        "name": name,
        "description": description,
        "entrypoint": f"flows/{function}.py:{function}",
        "parameters": parameters,
        "tags": tags,
        "schedules": [{"cron": schedule.cron, "timezone": schedule.timezone}],
        "paused": SCHEDULES_PAUSED,
        "work_pool": {"name": WORK_POOL},
    }


if __name__ == "__main__":
    contract_file = os.environ.get("DATAMASTER_CONTRACT")
    sys.stdout.write(render(read_contract(Path(contract_file) if contract_file else None)))
