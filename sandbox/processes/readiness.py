"""How to see that a server answers."""

from __future__ import annotations

import ssl

import httpx

_PROBE_SECONDS = 2.0


def answers(url: str, *, expected_status: int | None = None, trust: ssl.SSLContext | bool = True) -> bool:
    """Whether ``GET url`` is answered, with ``expected_status`` if given; ``trust`` verifies https."""
    try:
        response = httpx.get(url, timeout=_PROBE_SECONDS, verify=trust, trust_env=False)
    except httpx.TransportError:
        return False
    return expected_status in {None, response.status_code}
