"""Runs the customers API: `python -m sandbox.customers_api --help`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from sandbox.customers_api.rate_limit import TokenBucket
from sandbox.customers_api.server import customers_api

LOOPBACK = "127.0.0.1"


def serve(
    *,
    database: Annotated[Path, typer.Option(help="SQLite file of purchases, written by the generator.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on the loopback interface.")],
    certificate: Annotated[Path | None, typer.Option(exists=True, help="PEM chain; https if given, else http.")] = None,
    private_key: Annotated[
        Path | None, typer.Option(exists=True, help="PEM key, unless it is in the certificate's file.")
    ] = None,
    requests_per_second: Annotated[float, typer.Option(min=0.1, help="Above it clients get 429.")] = 3.0,
) -> None:
    """Serve the purchases of a database file until stopped, to clients that send the key in CUSTOMERS_API_KEY."""
    api_key = os.environ.get("CUSTOMERS_API_KEY", "")
    if not api_key:
        raise typer.BadParameter("set the environment variable CUSTOMERS_API_KEY to the key that clients must send")
    uvicorn.run(
        customers_api(database, api_key, TokenBucket(requests_per_second)),
        host=LOOPBACK,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
    )


if __name__ == "__main__":
    typer.run(serve)
