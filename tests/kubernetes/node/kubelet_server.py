"""The one path of a kubelet's own API that the control plane asks for: the log of a container."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox.processes.ports import LOOPBACK
from tests.kubernetes.node.pod_process import PodProcess

_LOOK_SECONDS = 0.2
_STEPS_OF_A_LOG = 5
"""Slash, containerLogs, namespace, pod, container."""


@dataclass
class KubeletServer:
    """Serves over https, to whoever shows a certificate of the control plane's authority."""

    certificate: Path
    authority: Path
    _server: ThreadingHTTPServer = field(init=False)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self, find: Callable[[str, str], PodProcess | None]) -> None:
        """Serve from now on; `find` is given a namespace and a pod's name."""
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(find))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.load_verify_locations(self.authority)
        context.verify_mode = ssl.CERT_REQUIRED
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler(find: Callable[[str, str], PodProcess | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            steps = asked.path.split("/")
            pod = find(steps[2], steps[3]) if len(steps) == _STEPS_OF_A_LOG and steps[1] == "containerLogs" else None
            if pod is None or not pod.log.exists():
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self._send(pod, follow=parse_qs(asked.query).get("follow") == ["true"])

        def _send(self, pod: PodProcess, *, follow: bool) -> None:
            """What was printed, and what is yet to be printed while the process lives."""
            with pod.log.open("rb") as stream:
                while True:
                    lives = pod.process_id is not None
                    self.wfile.write(stream.read())
                    self.wfile.flush()
                    if not (follow and lives):
                        return
                    time.sleep(_LOOK_SECONDS)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (the base class names it so)
            """Requests are nobody's business here."""

    return Handler
