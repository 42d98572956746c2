"""Registers every deployment of this project with Prefect: `python -m deployments.deploy`.

Those of ours that no contract renders any more are removed: their schedules would go on loading.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse

from contracts.folder import read_contracts
from contracts.problems import ContractError
from deployments.prefect_yaml import OURS, render, variables

PREFECT = Path(sys.executable).parent / "prefect"
PAGE = 100
REPOSITORY = Path(__file__).resolve().parent.parent


class Incomplete(Exception):
    """Raised when the environment lacks what prefect.yaml leaves to it; the text names all of it."""


def deploy(prefect_yaml: str) -> None:
    """Register what that text describes.

    Raises:
        Incomplete: a variable of the text is not set; Prefect would take its name for its value.
        subprocess.CalledProcessError: Prefect refuses it; what it said is on the standard streams.
    """
    if missing := [name for name in variables(prefect_yaml) if not os.environ.get(name)]:
        raise Incomplete(f"set {', '.join(missing)}: docs/operations.md says to what")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prefect.yaml"
        file.write_text(prefect_yaml, encoding="utf-8")
        command: list[str | Path] = [PREFECT, "--no-prompt", "deploy", "--all", "--prefect-file", file]
        subprocess.run(command, check=True, cwd=REPOSITORY)  # noqa: S603 (our own command)


async def remove_others(client: PrefectClient, prefect_yaml: str) -> list[str]:
    """Remove the deployments of ours that the text does not describe; their names."""
    described = {_full_name(one["entrypoint"], one["name"]) for one in yaml.safe_load(prefect_yaml)["deployments"]}
    present = {one.id: _full_name(one.entrypoint or "", one.name) async for one in _ours(client)}
    removed = {id_: name for id_, name in present.items() if name not in described}
    for deployment_id in removed:
        await client.delete_deployment(deployment_id)
    return list(removed.values())


async def _ours(client: PrefectClient) -> AsyncIterator[DeploymentResponse]:
    """Every deployment with our tag, page by page."""
    ours, found = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS])), 0
    while page := await client.read_deployments(deployment_filter=ours, offset=found, limit=PAGE):
        found += len(page)
        for deployment in page:
            yield deployment


def _full_name(entrypoint: str, name: str) -> str:
    """A flow's function is called as the flow is."""
    return f"{entrypoint.rpartition(':')[2]}/{name}"


async def _remove(prefect_yaml: str) -> list[str]:
    async with get_client() as client:
        return await remove_others(client, prefect_yaml)


def main() -> None:
    """Command line: 0 when all is registered, 1 with the reasons otherwise."""
    try:
        rendered = render(read_contracts())
        deploy(rendered)
    except (ContractError, Incomplete) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    for name in asyncio.run(_remove(rendered)):
        sys.stdout.write(f"removed {name}: no contract describes it any more\n")


if __name__ == "__main__":
    main()
