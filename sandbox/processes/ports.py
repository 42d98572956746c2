"""Free ports on the loopback interface, kept from one start to the next while nobody else takes them."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Collection, Iterable

from sandbox.home import SandboxHome, write_atomically

LOOPBACK = "127.0.0.1"

CANDIDATES = range(15_000, 32_000)
"""Below the ports that systems give to outgoing connections: one of those would take a part's port while it is down."""

_LET_GO_SECONDS = 2.0
_LOOK_SECONDS = 0.05


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _becomes_free(port: int) -> bool:
    """Whether the port is free, or is so in a moment: a killed process's last thread may still hold its socket."""
    deadline = time.monotonic() + _LET_GO_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def any_free_port(taken: Collection[int]) -> int:
    """A port that is free now and not among those taken."""
    while True:
        port = secrets.choice(CANDIDATES)
        if port not in taken and is_free(port):
            return port


def ports_of(home: SandboxHome, parts: Iterable[str], running: Collection[str]) -> dict[str, int]:
    """One port per part: the one of the last start if the part still runs or the port is free, else a new one."""
    path = home.folder / "ports.json"
    kept: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    ports: dict[str, int] = {}
    for part in parts:
        known = kept.get(part)
        keep = known is not None and (part in running or _becomes_free(known))
        ports[part] = known if keep and known is not None else any_free_port({*ports.values(), *kept.values()})
    write_atomically(path, json.dumps(ports, indent=2))
    return ports
