"""A real HTTP server before a storage account, which hands on all requests and spoils the answers of some."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.tasks.tcp_proxy import reset_when_closed

ERROR = '<?xml version="1.0" encoding="utf-8"?><Error><Code>{}</Code><Message>Not now.</Message></Error>'
OF_THE_WAY = {"connection", "keep-alive", "transfer-encoding"}


class Operation(StrEnum):
    """What uploads, as the Blob service calls it."""

    PUT_BLOCK = "Put Block"
    PUT_BLOCK_LIST = "Put Block List"
    PUT_BLOB = "Put Blob"


ALWAYS = 10**6
UPLOADS = frozenset(Operation)


class Trouble(StrEnum):
    """What comes in place of an answer, or befalls the request on its way."""

    BUSY = "503 ServerBusy"
    DELETING = "409 ContainerBeingDeleted"
    RESET = "connection reset"
    STALL = "no answer"
    DAMAGE = "the last byte changed"


@dataclass
class TroubledStorage:
    """The account's connection string by way of the server, and how often each URL was asked, by operation.

    A request of the spoiled operations, `within` its URL, meets the trouble the first `spoiled_tries` times; before the
    account has got it or, if it `takes_effect`, after.
    """

    connection: str
    spoiled: frozenset[Operation] = frozenset()
    trouble: Trouble = Trouble.BUSY
    takes_effect: bool = False
    spoiled_tries: int = 1
    within: str = ""
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def times(self, operations: Collection[str] | None = None) -> list[int]:
        """How often each URL was asked, with one of these operations or any."""
        return [times for (operation, _), times in self.asked.items() if operations is None or operation in operations]

    def spoils(self, operation: str, url: str) -> bool:
        """Note the request, and whether it is to be spoiled."""
        with self._one_at_a_time:
            times = self.asked[operation, url] = self.asked.get((operation, url), 0) + 1
        return operation in self.spoiled and self.within in url and times <= self.spoiled_tries


@contextmanager
def troubled(storage: str) -> Iterator[TroubledStorage]:
    """The account behind such a server, which hands everything on until it is told otherwise."""
    port = storage.partition("127.0.0.1:")[2].partition("/")[0]
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.port = int(port)
        server.account = TroubledStorage(storage.replace(f":{port}/", f":{server.server_port}/"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.account
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """`port` is the account's own."""

    block_on_close = False
    """Clients keep connections for their next request; that none comes is no reason to wait."""

    account: TroubledStorage
    port: int

    def handle_error(self, *_request: object) -> None:
        """Clients hang up, as they are meant to."""

    def shutdown_request(self, request: Any) -> None:
        """Close without a farewell, which would come before a reset."""
        self.close_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        account = self.server.account
        spoiled = account.spoils(operation_of(self.command, self.path), self.path)
        if spoiled and not account.takes_effect and account.trouble is Trouble.RESET:
            self._reset()  # while the body is on its way
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if spoiled and account.trouble is Trouble.DAMAGE:
            body, spoiled = body[:-1] + bytes([body[-1] ^ 1]), False
        if not spoiled:
            self._answer(*self._handed_on(body))
            return
        if account.takes_effect:
            self._handed_on(body)
        self._spoil(account.trouble)

    def _handed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers))
            response = upstream.getresponse()
            return response.status, response.getheaders(), response.read()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        own = {} if self.command == "HEAD" else {"content-length": str(len(body))}
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OF_THE_WAY | own.keys():
                self.send_header(name, value)
        for name, value in own.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _spoil(self, trouble: Trouble) -> None:
        if trouble is Trouble.RESET:
            self._reset()
        elif trouble is Trouble.STALL:
            self.rfile.read(1)  # until the client gives up
            self.close_connection = True
        else:
            status, _, code = trouble.partition(" ")
            headers = [("x-ms-error-code", code), ("Content-Type", "application/xml")]
            self._answer(int(status), headers, ERROR.format(code).encode())

    def _reset(self) -> None:
        reset_when_closed(self.connection)
        self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


def operation_of(method: str, url: str) -> str:
    """The Blob service's name of what uploads; else what is asked for."""
    ways = parse_qs(urlsplit(url).query).get("comp", [])
    named = {"block": Operation.PUT_BLOCK, "blocklist": Operation.PUT_BLOCK_LIST}
    if method == "PUT":
        return named[ways[0]] if ways else Operation.PUT_BLOB
    return f"{method} {' '.join(ways)}".strip()
