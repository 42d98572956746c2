"""How to see that a server answers."""

from __future__ import annotations

import socket
import ssl

import httpx

from sandbox.ports import LOOPBACK

_PROBE_SECONDS = 2.0


def accepts_connections(port: int) -> bool:
    """Whether something listens on ``port`` of the loopback interface."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_PROBE_SECONDS):
            return True
    except OSError:
        return False


def answers(url: str, *, expected_status: int | None = None, trust: ssl.SSLContext | bool = True) -> bool:
    """Whether ``GET url`` is answered, with ``expected_status`` if given; ``trust`` verifies https."""
    try:
        response = httpx.get(url, timeout=_PROBE_SECONDS, verify=trust, trust_env=False)
    except httpx.TransportError:
        return False
    return expected_status in {None, response.status_code}
