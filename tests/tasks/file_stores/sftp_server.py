"""A real SFTP server on this machine that serves a folder to one user, known by its host key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import asyncssh

USER = "filiais"


@dataclass(frozen=True)
class SftpServer:
    """Where it listens, the host key that it shows, and the private key that opens it."""

    port: int
    host_key: str
    user_key: str
    folder: Path

    def url(self, folder: str = "") -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/{folder}"


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """The server while the context lasts; its root is the folder."""
    host, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[host],
            authorized_client_keys=asyncssh.import_authorized_keys(user.export_public_key().decode()),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    try:
        public = host.export_public_key().decode().strip()
        yield SftpServer(acceptor.get_port(), public, user.export_private_key().decode(), folder)
    finally:

        async def stop() -> None:
            acceptor.close()
            await acceptor.wait_closed()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
