"""Looks before the leap: what every part of a run needs is there and answers, or one line a problem says what to mend.

A source that does not answer is not looked for here: its own flow run fails with the reason, and the others go on.
"""

from __future__ import annotations

import asyncio
from typing import cast

import httpx
from prefect_databricks import DatabricksCredentials

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT
from contracts.model import Contract
from tasks.databricks_job import JobError, find_job_id
from tasks.errors import IngestionError
from tasks.lake import open_raw

REGISTER = "register the blocks again (python -m blocks.register)"


class PreflightError(RuntimeError):
    """Raised when a run cannot start; a line a problem, with what to do."""


def check_platform(contract: Contract) -> None:
    """The lake's Raw container can be read and Databricks has the contract's job.

    Raises:
        PreflightError: either is missing or refuses the credentials.
    """
    problems = [problem for problem in (_lake_problem(contract), _job_problem(contract)) if problem]
    if problems:
        raise PreflightError("\n".join(problems))


def _lake_problem(contract: Contract) -> str | None:
    try:
        next(open_raw().names(f"_manifests/{contract.name}/"), None)
    except ValueError:
        return f"block document {LAKE_DOCUMENT} is missing: {REGISTER}"
    except IngestionError as error:
        return f"lake: {error}: check the container raw and the credentials in block document {LAKE_DOCUMENT}"
    return None


def _job_problem(contract: Contract) -> str | None:
    try:
        databricks = cast(DatabricksCredentials, DatabricksCredentials.load(DATABRICKS_DOCUMENT))
        asyncio.run(find_job_id(databricks, contract.job_name))
    except ValueError:
        return f"block document {DATABRICKS_DOCUMENT} is missing: {REGISTER}"
    except JobError as error:
        return str(error)
    except httpx.HTTPStatusError as error:
        return f"Databricks answers {error.response.status_code}: check the token in block {DATABRICKS_DOCUMENT}"
    except httpx.TransportError as error:
        return f"Databricks does not answer ({type(error).__name__}): check the host in block {DATABRICKS_DOCUMENT}"
    return None
