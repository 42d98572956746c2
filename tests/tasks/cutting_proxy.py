"""Stands before a server and cuts a connection once so many bytes of answers have passed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Thread

from tests.tasks.tcp_proxy import reset_when_closed, tcp_proxy

_BLOCK_BYTES = 4096


class CuttingProxy:
    """Passes everything on, but for the first connection that gets `cut_after` bytes: that one is cut.

    With `resets` both ends get a RST, else an end as if the other had closed. `cuts` counts what was cut.
    """

    def __init__(self, cut_after: int, *, resets: bool) -> None:
        self.cuts = self.port = 0
        self._cut_after, self._resets = cut_after, resets

    def take(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what these two say from now on."""
        Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """In one thread, as a socket that another one reads from would not be closed when it is told to."""
        other, passed = {client: server, server: client}, 0
        with suppress(OSError), server, client:
            while True:
                for end in select([client, server], [], [])[0]:
                    data = end.recv(_BLOCK_BYTES)
                    passed += len(data) if end is server else 0
                    if not data or (not self.cuts and passed >= self._cut_after):
                        self._cut([client, server] if data else [])
                        return
                    other[end].sendall(data)

    def _cut(self, ends: list[socket.socket]) -> None:
        self.cuts += bool(ends)
        for end in ends:
            if self._resets:
                reset_when_closed(end)


@contextmanager
def cutting_proxy(address: tuple[str, int], cut_after: int, *, resets: bool) -> Iterator[CuttingProxy]:
    """A proxy in front of the server at that address, for as long as the context lasts."""
    proxy = CuttingProxy(cut_after, resets=resets)
    with tcp_proxy(address, proxy.take) as proxy.port:
        yield proxy
