"""How a peer tells what took how long: its last line of output is a JSON object of seconds by phase, and more."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS: dict[str, float] = {}


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Count the time inside as that phase's."""
    began = time.monotonic()
    yield
    _SECONDS[name] = round(time.monotonic() - began, 3)


def tell(**more: int) -> None:
    """Write the line: the seconds of `phases`, and other figures by name."""
    sys.stdout.write(json.dumps({"phases": _SECONDS, **more}) + "\n")
