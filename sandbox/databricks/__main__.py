"""Serves the Jobs API: ``python -m sandbox.databricks``; the token clients must send is in ``DATABRICKS_TOKEN``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from sandbox.databricks.api import jobs_api
from sandbox.databricks.workspace import Workspace
from sandbox.processes.ports import LOOPBACK

_LAST_ANSWERS_SECONDS = 2
"""Without it, a client that keeps an idle TLS connection would hold up the end for half a minute."""


def serve(
    state: Annotated[Path, typer.Option(help="Folder of jobs, runs and logs.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")],
    certificate: Annotated[Path, typer.Option(exists=True, help="PEM file.")],
    private_key: Annotated[Path, typer.Option(exists=True, help="PEM file of the certificate's key.")],
    token: Annotated[str, typer.Option(envvar="DATABRICKS_TOKEN", show_default=False, help="Token of clients.")],
) -> None:
    """Serve until stopped."""
    uvicorn.run(
        jobs_api(Workspace(state), token),
        host=LOOPBACK,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
        log_level="warning",
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )


if __name__ == "__main__":
    typer.run(serve)
