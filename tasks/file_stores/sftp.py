"""A folder of an SFTP server (`sftp://‹user›@‹host›:‹port›/‹folder›`) as a file store.

The server is known by its host key alone, which is pinned: an unknown one ends the connection before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from contracts.sources.files import FilesSource
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable
from tasks.extract.files.store import FetchedFile, FoundFile, described, unlistable

CONNECT_SECONDS, KEEPALIVE_SECONDS = 30, 30
_PRIVATE_KEY = "-----BEGIN"

Answer = TypeVar("Answer")


class SftpStore:
    """Files below a folder of a server, over one connection that is opened when something is first asked."""

    def __init__(self, source: FilesSource, url: str, key: str, host_keys: str) -> None:
        """Note how the server is reached.

        Args:
            source: whose folder it is.
            url: the folder's; its path counts from the server's root, or with `/~/` from the user's folder.
            key: a private key in PEM or OpenSSH's format, or else a password.
            host_keys: the server's public keys as `ssh-keyscan` prints them without the host, commas between them.

        Raises:
            MisconfiguredError: URL or keys cannot be used.
        """
        parts, setting = urlsplit(url), source.connection.url
        if not parts.hostname or not parts.username or parts.password:
            raise MisconfiguredError(f"{setting} of {source.name} must be sftp://‹user›@‹host›/‹folder›, no password")
        if not host_keys:
            told = "name a hostKey in its connection, the variable with the server's public key (ssh-keyscan)"
            raise MisconfiguredError(f"{source.name}: {told}")
        self._source, self._root = source, unquote(parts.path).replace("/~/", "", 1).rstrip("/") or "/"
        self._options = {
            "host": parts.hostname,
            "port": parts.port or 22,
            "username": unquote(parts.username),
            **_credentials(source, key),
            "known_hosts": (_public_keys(source, host_keys), [], []),
        }
        self._runner: asyncio.Runner | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def files(self, folder: str, *, deep: bool, without: str | None = None) -> Iterator[FoundFile]:
        """As `FileStore` says."""
        try:
            yield from self._run(self._listed(folder, deep=deep, without=without))
        except asyncssh.SFTPNoSuchFile as error:
            if not folder:
                raise SourceUnavailable(unlistable(self._source, error.reason)) from None
        except asyncssh.SFTPError as error:
            raise SourceUnavailable(unlistable(self._source, error.reason)) from None

    def look(self, name: str) -> FoundFile | None:
        """As `FileStore` says."""
        try:
            return _found(name, self._run(self._stat(name)))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return None
        except asyncssh.SFTPError as error:
            raise SourceUnavailable(f"cannot look at {name}: {error.reason}") from None

    @contextmanager
    def fetch(self, file: FoundFile) -> Iterator[FetchedFile]:
        """As `FileStore` says."""
        with TemporaryDirectory(prefix="datamaster-") as folder:
            path = Path(folder) / "file"
            try:
                self._run(self._download(file, path))
            except asyncssh.SFTPError as error:
                raise SourceUnavailable(f"cannot read {file.shown_name}: {error.reason}") from None
            yield FetchedFile(path, described(file, path))

    def move(self, file: FoundFile, name: str) -> None:
        """As `FileStore` says; a file that changes between a look and the move is moved as it has become."""
        if self.look(file.name) != file:
            return
        try:
            self._run(self._rename(file.name, name))
        except asyncssh.SFTPError as error:
            raise SourceUnavailable(f"cannot move {file.shown_name} to {name}: {error.reason}") from None

    def close(self) -> None:
        """As `FileStore` says."""
        if self._runner:
            if self._connection:
                self._connection.close()
                self._runner.run(self._connection.wait_closed())
            self._runner.close()
        self._runner = self._connection = self._client = None

    async def _listed(self, folder: str, *, deep: bool, without: str | None) -> list[FoundFile]:
        return [file async for file in self._walk(folder, deep=deep, without=without)]

    async def _walk(self, folder: str, *, deep: bool, without: str | None) -> AsyncIterator[FoundFile]:
        client = await self._opened()
        async for entry in client.scandir(self._path(folder)):
            below = str(entry.filename)
            name = f"{folder}/{below}" if folder else below
            if name == without:
                continue
            attributes = entry.attrs
            if attributes.type == asyncssh.FILEXFER_TYPE_SYMLINK:
                attributes = await client.stat(self._path(name))
            if attributes.type == asyncssh.FILEXFER_TYPE_REGULAR:
                yield _found(name, attributes)
            elif deep and attributes.type == asyncssh.FILEXFER_TYPE_DIRECTORY and below not in {".", ".."}:
                async for file in self._walk(name, deep=True, without=without):
                    yield file

    async def _stat(self, name: str) -> asyncssh.SFTPAttrs:
        return await (await self._opened()).stat(self._path(name))

    async def _download(self, file: FoundFile, path: Path) -> None:
        await (await self._opened()).get(self._path(file.name), path)

    async def _rename(self, name: str, target: str) -> None:
        client = await self._opened()
        await client.makedirs(self._path(target).rpartition("/")[0], exist_ok=True)
        await client.rename(self._path(name), self._path(target))

    async def _opened(self) -> asyncssh.SFTPClient:
        if self._client is None:
            self._connection = await asyncssh.connect(
                **self._options, config=[], connect_timeout=CONNECT_SECONDS, keepalive_interval=KEEPALIVE_SECONDS
            )
            self._client = await self._connection.start_sftp_client(
                path_encoding="utf-8", path_errors="surrogateescape"
            )
        return self._client

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    def _run(self, question: Coroutine[Any, Any, Answer]) -> Answer:
        self._runner = self._runner or asyncio.Runner()
        host = self._source.connection.url
        try:
            return self._runner.run(question)
        except asyncssh.SFTPError:
            raise
        except asyncssh.HostKeyNotVerifiable:
            told = "shows another host key than the pinned one; ask its keeper before you pin that"
            raise AccessRefused(f"the server in {host} of {self._source.name} {told}") from None
        except asyncssh.PermissionDenied:
            raise AccessRefused(f"the server in {host} refuses the user or key of {self._source.name}") from None
        except (asyncssh.Error, OSError) as error:
            self.close()
            raise SourceUnavailable(f"cannot reach the server in {host} ({type(error).__name__})") from None


def _found(name: str, attributes: asyncssh.SFTPAttrs) -> FoundFile:
    """The file with times as exact as the server tells them: whole seconds, before version 4 of the protocol."""
    modified_ns = int(attributes.mtime or 0) * 1_000_000_000 + int(attributes.mtime_ns or 0)
    return FoundFile(name, int(attributes.size or 0), modified_ns, str(modified_ns))


def _credentials(source: FilesSource, key: str) -> dict[str, Any]:
    if not key.startswith(_PRIVATE_KEY):
        return {"password": key, "client_keys": None}
    try:
        return {"client_keys": [asyncssh.import_private_key(key)], "agent_path": None}
    except asyncssh.KeyImportError:
        raise MisconfiguredError(
            f"{source.connection.key} of {source.name} is no private key that can be read"
        ) from None


def _public_keys(source: FilesSource, host_keys: str) -> list[asyncssh.SSHKey]:
    try:
        return [asyncssh.import_public_key(key.strip()) for key in host_keys.split(",")]
    except asyncssh.KeyImportError:
        told = "must be public keys such as ssh-ed25519 AAAA…, with commas between them"
        raise MisconfiguredError(f"{source.connection.host_key} of {source.name} {told}") from None
