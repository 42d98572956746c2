"""What Prefect has: a dataset's deployments, each with the work pool that runs it and the image that it runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import WorkPool, WorkPoolStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from tasks.errors import MisconfiguredError, TransientError

Answer = TypeVar("Answer")

DEPLOY = "deploy again (python -m deployments.deploy)"


@dataclass(frozen=True)
class Deployed:
    """A deployment, as far as it says whether its runs can begin."""

    name: str
    version: str | None
    image: str | None
    """`‹registry›/‹repository›:‹tag›`, where its work pool starts images."""
    pool: str
    pool_is_paused: bool
    pool_has_worker: bool


def read_deployments(names: Sequence[str]) -> dict[str, Deployed | None]:
    """Each deployment, or None where Prefect has none of that name or its work pool is gone.

    Raises:
        TransientError: Prefect's API does not answer.
        MisconfiguredError: it refuses.
    """
    return _answered(_read(names))


def require_server() -> None:
    """That Prefect's API answers us.

    Raises:
        MisconfiguredError: no address of it is set, or it refuses.
        TransientError: it does not answer.
    """
    if not PREFECT_API_URL.value():
        raise MisconfiguredError("PREFECT_API_URL is not set: docs/operations.md says to what")
    _answered(_read_a_pool())


def _answered(question: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        return asyncio.run(question)
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise MisconfiguredError(f"Prefect answers {status}: check PREFECT_API_URL and PREFECT_API_KEY") from None
    except httpx.TransportError as error:
        told = f"Prefect does not answer ({type(error).__name__})"
        raise TransientError(f"{told}: check PREFECT_API_URL, and whether its server runs") from None


async def _read_a_pool() -> None:
    async with get_client() as client:
        await client.read_work_pools(limit=1)


async def _read(names: Sequence[str]) -> dict[str, Deployed | None]:
    async with get_client() as client:
        return {name: await _deployed(client, name) for name in names}


async def _deployed(client: PrefectClient, name: str) -> Deployed | None:
    try:
        deployment = await client.read_deployment_by_name(name)
        pool = await client.read_work_pool(str(deployment.work_pool_name))
    except ObjectNotFound:
        return None
    return Deployed(
        name=name,
        version=deployment.version,
        image=_image(deployment, pool),
        pool=pool.name,
        pool_is_paused=bool(pool.is_paused),
        pool_has_worker=pool.status is WorkPoolStatus.READY,
    )


def _image(deployment: DeploymentResponse, pool: WorkPool) -> str | None:
    """The image that a run of it is started from; a pool of processes starts none, whatever the deployment says."""
    variables = pool.base_job_template.get("variables", {}).get("properties", {})
    return deployment.job_variables.get("image") if "image" in variables else None


def require_deployed(name: str, found: Deployed | None) -> Deployed:
    """The deployment, if its runs can begin.

    Raises:
        MisconfiguredError: it is not there, or its work pool is paused.
    """
    if found is None:
        raise MisconfiguredError(f"Prefect has no deployment {name} with a work pool: {DEPLOY}")
    if found.pool_is_paused:
        raise MisconfiguredError(f"work pool {found.pool} is paused: prefect work-pool resume {found.pool}")
    return found


def require_worker(found: Deployed) -> None:
    """That somebody serves its work pool.

    Raises:
        MisconfiguredError: nobody does.
    """
    if not found.pool_has_worker:
        raise MisconfiguredError(
            f"no worker serves work pool {found.pool}: look at it (kubectl rollout status deployment/prefect-worker "
            "-n prefect; make status in the sandbox)"
        )
