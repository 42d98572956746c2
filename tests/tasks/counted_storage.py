"""Containers that tell which requests are sent to them, and a Raw container that counts its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ContainerClient

from tasks.land.raw_container import RawContainer


def observed(container: ContainerClient, see: Callable[[str], None]) -> ContainerClient:
    """The same container by another client, which shows the URL of every request before it is sent."""

    class Observing(RequestsTransport):
        def send(self, request: Any, **options: Any) -> Any:
            see(str(request.url))
            return super().send(request, **options)

    return ContainerClient.from_container_url(container.url, credential=container.credential, transport=Observing())


class CountedStorage(RawContainer):
    """`requests` counts what was sent since it was last set, `names_listed` the names that were asked for."""

    def __init__(self, container: ContainerClient) -> None:
        self.requests = self.names_listed = 0
        super().__init__(observed(container, self._count))

    def names(self, prefix: str, page_names: int = 5000) -> Iterator[str]:
        for name in super().names(prefix, page_names):
            self.names_listed += 1
            yield name

    def _count(self, _url: str) -> None:
        self.requests += 1
