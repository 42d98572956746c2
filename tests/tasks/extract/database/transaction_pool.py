"""Stands before PostgreSQL as PgBouncer does in transaction mode: what a session knew is gone after a transaction."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import BinaryIO

from tests.tasks.tcp_proxy import tcp_proxy

_HEADER = struct.Struct("!cI")
_READY, _IDLE = b"Z", b"I"
_FORGET = b"DISCARD ALL\0"


class TransactionPool:
    """Passes everything on, and has the server forget the session between two transactions.

    A client of PgBouncer may meet another server connection with each transaction: settings, prepared statements and
    cursors of the one before are not there. See https://www.postgresql.org/docs/current/protocol-message-formats.html.
    """

    def __init__(self) -> None:
        self.transactions = self.port = 0

    def take(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what these two say from now on."""
        Thread(target=_pass_on, args=(client, server), daemon=True).start()
        Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError, EOFError), server, client, server.makefile("rb") as stream:
            while True:
                kind, message = _message(stream)
                if kind == _READY and message[-1:] == _IDLE:
                    self.transactions += 1
                    server.sendall(_HEADER.pack(b"Q", len(_FORGET) + 4) + _FORGET)
                    while _message(stream)[0] != _READY:
                        pass
                client.sendall(message)


def _message(stream: BinaryIO) -> tuple[bytes, bytes]:
    """A message's kind, and all of its bytes."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise EOFError
    kind, length = _HEADER.unpack(header)
    return kind, header + stream.read(length - 4)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while data := client.recv(65536):
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


@contextmanager
def transaction_pool(address: tuple[str, int]) -> Iterator[TransactionPool]:
    """A pool in front of the server at that address, for as long as the context lasts."""
    pool = TransactionPool()
    with tcp_proxy(address, pool.take) as pool.port:
        yield pool
