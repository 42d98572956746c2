"""A Raw container whose user is killed at a chosen writing call, before or after the call took effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

from azure.storage.blob import ContainerClient

from tasks.land.raw_container import RawContainer


class KilledError(BaseException):
    """The process ends here; like a signal, it is no `Exception` that code could handle."""


class InterruptedStorage(RawContainer):
    """The real container for `calls` writing calls; at the next one the process is killed. With None it lives on."""

    def __init__(self, client: ContainerClient, calls: int | None = None, *, takes_effect: bool = False) -> None:
        super().__init__(client)
        self.calls = 0
        self._last = calls
        self._takes_effect = takes_effect
        self._one_at_a_time = Lock()

    def stage(self, name: str, content: bytes) -> None:
        with self._mortal_call():
            super().stage(name, content)

    def publish(self, name: str, metadata: Mapping[str, str]) -> bool:
        with self._mortal_call():
            return super().publish(name, metadata)

    def create(self, name: str, content: bytes) -> bool:
        with self._mortal_call():
            return super().create(name, content)

    @contextmanager
    def _mortal_call(self) -> Iterator[None]:
        with self._one_at_a_time:
            if self.calls == self._last and not self._takes_effect:
                raise KilledError
            yield
            if self.calls == self._last:
                raise KilledError
            self.calls += 1
