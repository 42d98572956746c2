"""A real HTTPS server in the place of GitHub, Azure, Graph, a registry and Entra, which refuses what they refuse."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.tasks.scripted_api import Answer, answer

TENANT = "11111111-1111-1111-1111-111111111111"
PRINCIPAL = "22222222-2222-2222-2222-222222222222"


def token_with(**claims: object) -> str:
    """An access token of that form; nobody here checks its signature."""
    parts = [{"alg": "RS256", "typ": "JWT"}, {"oid": PRINCIPAL, "tid": TENANT, **claims}, "signature"]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


@dataclass
class StubCloud:
    """What stands at each address (`GET /user`): an answer, or what makes one of a request's parameters.

    Requests without one of the `accepted` tokens get 401, and addresses where nothing stands 404.
    """

    routes: dict[str, Answer | Callable[[dict[str, str]], Answer]] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=lambda: {"good"})
    asked: list[str] = field(default_factory=list)
    parameters: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        given = dict(parse_qsl(parts.query)) | dict(parse_qsl(body))
        what = f"{handler.command} {parts.path}"
        self.asked.append(what)
        self.parameters.append(given)
        token = str(handler.headers["Authorization"]).removeprefix("Bearer ")
        if "/oauth2/" not in parts.path and token not in self.accepted:
            answer({"message": "Bad credentials"}, 401)(handler)
            return
        found = self.routes.get(what, answer({"message": "Not Found"}, 404))
        made: Any = found(given) if getattr(found, "takes_parameters", False) else found
        made(handler)


def by_parameters(make: Callable[[dict[str, str]], Answer]) -> Callable[[dict[str, str]], Answer]:
    """A route whose answer depends on what is asked."""
    make.takes_parameters = True  # type: ignore[attr-defined]
    return make


def arm(content: object) -> Callable[[dict[str, str]], Answer]:
    """A route of Azure Resource Manager, which refuses a request without `api-version`."""
    missing = {
        "error": {"code": "MissingApiVersionParameter", "message": "The api-version query parameter is required."}
    }
    return by_parameters(lambda given: answer(content) if "api-version" in given else answer(missing, 400))


@contextmanager
def served(cloud: StubCloud, tls: ssl.SSLContext) -> Iterator[StubCloud]:
    """Serve it on a loopback port for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Any:
            """Every method (`do_GET`, `do_HEAD`, …) is handled alike."""
            if name.startswith("do_"):
                return lambda: cloud(self)
            raise AttributeError(name)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        cloud.url = f"https://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield cloud
        finally:
            server.shutdown()
            thread.join()


def federate(cloud: StubCloud, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """Make this process a pod whose identity is federated with the cloud's Entra; the token that it gets."""
    assertion, token = folder / "assertion", token_with()
    assertion.write_text("assertion-of-the-pod")
    given = {"token_type": "Bearer", "access_token": token, "expires_in": 3600}
    cloud.routes[f"POST /{TENANT}/oauth2/v2.0/token"] = answer(given)
    cloud.accepted.add(token)
    for name, value in {
        "AZURE_AUTHORITY_HOST": cloud.url,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": PRINCIPAL,
        "AZURE_FEDERATED_TOKEN_FILE": str(assertion),
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    return token
