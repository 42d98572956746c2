"""A TCP server on loopback that stands before another one, and what such servers do to connections."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

_LINGER_NO_TIME = struct.pack("ii", 1, 0)


@contextmanager
def tcp_proxy(address: tuple[str, int], take: Callable[[socket.socket, socket.socket], None]) -> Iterator[int]:
    """The port of a proxy before the server at that address, for as long as the context lasts.

    `take` gets each client's connection with one of its own to the server; the next client waits until it returns.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    take(client, socket.create_connection(address))

        accepting = Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def reset_when_closed(connection: socket.socket) -> None:
    """Have the other end get a RST, and not an end, once the connection is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NO_TIME)
