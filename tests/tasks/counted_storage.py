"""A Raw container that counts the requests which it sends."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ContainerClient

from tasks.land.raw_container import RawContainer


class CountedStorage(RawContainer):
    """`requests` counts what was sent since it was last set."""

    def __init__(self, container: ContainerClient) -> None:
        storage = self
        self.requests = 0

        class Counting(RequestsTransport):
            def send(self, *request: Any, **options: Any) -> Any:
                storage.requests += 1
                return super().send(*request, **options)

        super().__init__(
            ContainerClient.from_container_url(container.url, credential=container.credential, transport=Counting())
        )
