"""A TCP proxy before a server that ends a client's process at a chosen byte, or at the beginning of a chosen turn.

A turn begins when bytes go one way on a connection after others went the other way: a request, an answer.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock, Thread

from tests.tasks.tcp_proxy import tcp_proxy

_READ_BYTES = 2**16


class Way(StrEnum):
    """Which way bytes go."""

    THERE = "to the server"
    BACK = "from the server"


class Unit(StrEnum):
    """What is counted."""

    BYTES = "byte"
    TURNS = "turn"


@dataclass(frozen=True)
class Death:
    """When so many bytes have passed that way, or when so many turns have and the next begins: `kill` is called."""

    way: Way
    unit: Unit
    after: int
    kill: Callable[[], object]


@dataclass
class DeadlyProxy:
    """The proxy's port, what has passed by way and unit, and the death that is still to come."""

    port: int = 0
    passed: Counter[tuple[Way, Unit]] = field(default_factory=Counter)
    death: Death | None = None
    _one_at_a_time: Lock = field(default_factory=Lock)

    def let(self, way: Way, length: int, *, is_turn: bool) -> tuple[int, Death | None]:
        """How many of the bytes may pass, and the death that comes then."""
        with self._one_at_a_time:
            death = self.death if self.death and self.death.way is way else None
            before = self.passed[way, Unit.BYTES], self.passed[way, Unit.TURNS]
            self.passed[way, Unit.BYTES] += length
            self.passed[way, Unit.TURNS] += is_turn
            if death and death.unit is Unit.TURNS and is_turn and before[1] == death.after:
                return 0, death
            if death and death.unit is Unit.BYTES and before[0] <= death.after < before[0] + length:
                return death.after - before[0], death
            return length, None


class _Connection:
    """A client's connection and its other half to the server."""

    def __init__(self, proxy: DeadlyProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._last = proxy, Way.BACK
        self._ends = {Way.THERE: client, Way.BACK: server}
        self.threads = [Thread(target=self._pass_on, args=(way,), daemon=True) for way in Way]
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        for end in self._ends.values():
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, way: Way) -> None:
        source, target = self._ends[way], self._ends[Way.BACK if way is Way.THERE else Way.THERE]
        with suppress(OSError):
            while content := source.recv(_READ_BYTES):
                is_turn, self._last = self._last is not way, way
                length, death = self._proxy.let(way, len(content), is_turn=is_turn)
                target.sendall(content[:length])
                if death:
                    death.kill()
                    self.close()
                    return
            target.shutdown(socket.SHUT_WR)


@contextmanager
def deadly_proxy(server_port: int) -> Iterator[DeadlyProxy]:
    """Run the proxy on a loopback port; when the context ends, nothing is under way any more."""
    proxy, connections = DeadlyProxy(), list[_Connection]()

    def take(client: socket.socket, server: socket.socket) -> None:
        connections.append(_Connection(proxy, client, server))

    try:
        with tcp_proxy(("127.0.0.1", server_port), take) as proxy.port:
            yield proxy
    finally:
        for connection in connections:
            connection.close()
            for thread in connection.threads:
                thread.join()
