"""A Raw container whose user is killed at a chosen writing call, before or after the call took effect."""

from __future__ import annotations

from collections.abc import Mapping

from azure.storage.blob import ContainerClient

from tasks.blob_storage import RawContainer


class KilledError(BaseException):
    """The process ends here; like a signal, it is no `Exception` that code could handle."""


class InterruptedStorage(RawContainer):
    """The real container for `calls` writing calls; at the next one the process is killed. With None it lives on."""

    def __init__(self, client: ContainerClient, calls: int | None = None, *, takes_effect: bool = False) -> None:
        super().__init__(client)
        self.calls = 0
        self._last = calls
        self._takes_effect = takes_effect

    def stage(self, name: str, content: bytes) -> None:
        self._before()
        super().stage(name, content)
        self._after()

    def publish(self, name: str, metadata: Mapping[str, str]) -> bool:
        self._before()
        published = super().publish(name, metadata)
        self._after()
        return published

    def create(self, name: str, content: bytes) -> bool:
        self._before()
        created = super().create(name, content)
        self._after()
        return created

    def _before(self) -> None:
        if self.calls == self._last and not self._takes_effect:
            raise KilledError

    def _after(self) -> None:
        if self.calls == self._last:
            raise KilledError
        self.calls += 1
