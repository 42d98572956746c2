"""Renders prefect.yaml, every deployment of this project, from the contracts: `python -m deployments.prefect_yaml`.

It renews the committed file after a contract changed, whole or not at all. The work pool and whether schedules are
paused differ between environments: Prefect takes both from the environment when it deploys.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from contracts.contract import Contract
from contracts.folder import Contracts, read_contracts
from contracts.problems import ContractError
from contracts.sources.source import BaseSource

COMMITTED = Path(__file__).resolve().parent.parent / "prefect.yaml"
HEADER = "# Rendered from the contracts: python -m deployments.prefect_yaml\n"
OURS = "datamaster"
"""Tag of every deployment of this project."""

WORK_POOL = "{{ $DATAMASTER_WORK_POOL }}"
SCHEDULES_PAUSED = "{{ $DATAMASTER_SCHEDULES_PAUSED }}"


def render(contracts: Contracts) -> str:
    """The file's text: for each dataset the parent flow's deployment and one per source."""
    deployments = [
        deployment for contract in contracts.datasets for deployment in _deployments(contract, contracts.lake.timezone)
    ]
    document = {"name": OURS, "pull": None, "deployments": deployments}
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _deployments(contract: Contract, timezone: str | None) -> list[dict[str, Any]]:
    parent = _deployment(contract, contract.slug, "lakehouse", contract.description, {}, contract.name)
    sources = [_source(contract, source) for source in contract.sources]
    for deployment in (parent, *sources):
        deployment["schedules"][0]["timezone"] = timezone
    return [parent, *sources]


def _source(contract: Contract, source: BaseSource) -> dict[str, Any]:
    return _deployment(contract, source.name, "ingest", source.description, {"source": source.name}, source.name)


def _deployment(
    contract: Contract, name: str, flow: str, description: str, parameters: dict[str, str], element: str
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "entrypoint": f"flows/{flow}.py:{flow}",
        "parameters": {"dataset": contract.slug, **parameters},
        "tags": [OURS, contract.name],
        "schedules": [{"cron": contract.cron(element)}],
        "paused": SCHEDULES_PAUSED,
        "work_pool": {"name": WORK_POOL},
    }


def write_whole(file: Path, text: str) -> None:
    """Replace the file by the text so that whoever reads it meanwhile sees the old or the new one, never a part."""
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def main() -> None:
    """Command line: renew the committed file; status 1 and a line for each problem of an invalid contract."""
    try:
        text = render(read_contracts())
    except ContractError as error:
        sys.exit(str(error))
    write_whole(Path(os.environ.get("PREFECT_YAML") or COMMITTED), text)


if __name__ == "__main__":
    main()
