"""A real HTTP server that answers each request as the test says, in order, the last answer again and again."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qsl, urlsplit

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tests.contracts.documents import document

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class ScriptedApi:
    """The server's URL, and the requests that it got: query parameters, with the key's header as `X-API-Key`.

    `headers` are all that came with each, `targets` its path and query, `bodies` what a POST held. A test may change
    the answers that are still to come.
    """

    url: str
    script: list[Answer]
    requests: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)


@contextmanager
def serve(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedApi]:
    """Run the server on a loopback port for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            api.paths.append(parts.path)
            api.headers.append(dict(self.headers))
            api.targets.append(self.path)
            api.requests.append(dict(parse_qsl(parts.query)) | {"X-API-Key": self.headers["X-API-Key"]})
            (api.script.pop(0) if len(api.script) > 1 else api.script[0])(self)

        def do_POST(self) -> None:
            api.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            self.do_GET()

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    with _QuietServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        api = ScriptedApi(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", list(answers))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_request: object) -> None:
        """Clients that hang up are part of the script."""


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    """This body, as JSON unless it is bytes already."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return send


def page(*items: object, next_cursor: str | None = None) -> Answer:
    """A page of these items."""
    return answer({"data": list(items), "next_cursor": next_cursor})


def written_page(*items: str | bytes, next_cursor: str | None = None) -> Answer:
    """A page of items that are JSON already, or should be."""
    texts = [item if isinstance(item, bytes) else item.encode() for item in items]
    return answer(b'{"data": [%s], "next_cursor": %s}' % (b", ".join(texts), json.dumps(next_cursor).encode()))


def endless(make: Callable[[int], Answer]) -> Answer:
    """Another answer each time, made from its number: 0, 1, 2, …"""
    numbers = count()

    def send(handler: BaseHTTPRequestHandler) -> None:
        make(next(numbers))(handler)

    return send


def cut_off(*items: object) -> Answer:
    """A page that promises more bytes than it sends, and ends."""
    content = json.dumps({"data": list(items), "next_cursor": None}).encode()

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])

    return send


def stalled(seconds: float) -> Answer:
    """No answer for that long, then an empty page."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        page()(handler)

    return send


def dripping(seconds: float, pause_seconds: float) -> Answer:
    """A body that comes drop by drop for that long, never ends, and never lets a read time out."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(int(seconds / pause_seconds)):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(pause_seconds)

    return send


def customers_api(contract: Contract) -> ApiSource:
    """The contract's API source."""
    source = contract.source("customers-api")
    assert isinstance(source, ApiSource)
    return source


def declared_api(connection: dict[str, str] | None = None, **words: object) -> ApiSource:
    """The shipped API source with these custom properties in place of its own; None takes one away."""
    server = document()["servers"][1]
    customs = {entry["property"]: entry["value"] for entry in server["customProperties"]}
    if connection is not None:
        customs["connection"] = {"url": "CUSTOMERS_API_URL", **connection}
    kept = {name: value for name, value in (customs | words).items() if value is not None}
    return ApiSource.model_validate(
        server | {"customProperties": [{"property": name, "value": value} for name, value in kept.items()]}
    )


def item(number: int, updated_at: str = "2026-02-01T12:00:00Z", **changes: object) -> dict[str, object]:
    """An item of the customers API, with these top-level fields in place of its own."""
    return {
        "purchaseId": str(number),
        "customer": {
            "id": f"C{number}",
            "firstName": "Ana",
            "lastName": "Silva",
            "email": "ana@example.com",
            "cpf": "529.982.247-25",
        },
        "payment": {"totalAmount": "1234.50", "cardNumber": "4111111111111111"},
        "product": "TV",
        "store": {"location": "São Paulo"},
        "purchasedOn": "2026-01-31",
        "updatedAt": updated_at,
    } | changes
