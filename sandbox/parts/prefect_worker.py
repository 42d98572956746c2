"""Prefect's command line, run once its server answers: ``python -m sandbox.parts.prefect_worker worker start …``.

Importing Prefect takes seconds. So the worker is started beside the server, imports meanwhile, and then waits for it.
"""

from __future__ import annotations

import os
import sys
import time

from prefect.cli.root import app

from sandbox.processes.readiness import answers

DEADLINE_SECONDS = 120.0


def main() -> None:
    """Wait for the API that ``PREFECT_API_URL`` names, then run Prefect's command line on the arguments."""
    health = f"{os.environ['PREFECT_API_URL']}/health"
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not answers(health, expected_status=200):
        if time.monotonic() > deadline:
            sys.exit(f"the Prefect server does not answer at {health}")
        time.sleep(0.1)
    app()


if __name__ == "__main__":
    main()
