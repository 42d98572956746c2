"""Flows that a pod runs in these tests; their deployments name this file."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from prefect import flow

logger = logging.getLogger("flows.sample")


@flow(name="greet")
def greet(name: str) -> str:
    """Say where it runs, with a logger of the project's own."""
    scratch = Path(os.environ["TMPDIR"]) / "greeting"
    scratch.write_text(name)
    logger.warning("hello %s", name)
    return name


@flow(name="trespass")
def trespass() -> None:
    """Write beside the code, as some programs do with what they compile or cache."""
    Path(__file__).with_name("trespass").touch()


@flow(name="wait")
def wait(until: str) -> None:
    """Be busy until a file is there."""
    _wait(until)


@flow(name="again")
def again(until: str) -> None:
    """The same, under the name of a flow that may be started again."""
    _wait(until)


def _wait(until: str) -> None:
    while not Path(until).exists():
        time.sleep(0.2)
