"""Start, find again and stop the long-lived processes of one sandbox.

Every process is recorded, and inherits ``DATAMASTER_SANDBOX``, the sandbox's random id, by which the orphans of a
crash are found.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pydantic import TypeAdapter

from sandbox.errors import PartError
from sandbox.home import SandboxHome, write_atomically
from sandbox.processes.process_trees import ProcessIdentity, end, lives, stop_trees

MARKER = "DATAMASTER_SANDBOX"
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Service:
    """A server to run: its command, the variables it needs beside the user's, and how to see that it answers."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    is_ready: Callable[[], bool]
    deadline_seconds: float = 90.0
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    folder: Path | None = None

    @property
    def fingerprint(self) -> str:
        """Changes when the service would be started differently than it was."""
        described = json.dumps([self.command, sorted(self.environment.items()), self.user])
        return hashlib.sha256(described.encode()).hexdigest()


class ProcessRecord(ProcessIdentity, frozen=True):
    """A process that this sandbox started."""

    fingerprint: str
    stop_signal: int


_RECORDS = TypeAdapter(dict[str, ProcessRecord])


@dataclass
class Processes:
    """The recorded processes of one sandbox, in the order they were started."""

    home: SandboxHome
    sandbox_id: str
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _path(self) -> Path:
        return self.home.folder / "processes.json"

    def records(self) -> dict[str, ProcessRecord]:
        """What was started and not stopped, dead or alive."""
        return _RECORDS.validate_json(self._path.read_bytes()) if self._path.exists() else {}

    def running(self) -> dict[str, psutil.Process]:
        """The recorded processes that are alive."""
        alive = {name: record.process() for name, record in self.records().items()}
        return {name: process for name, process in alive.items() if process is not None}

    def ensure(self, service: Service) -> bool:
        """Have ``service`` running and ready; True if it had to be started.

        Raises:
            PartError: it ended or did not answer before its deadline.
        """
        self._children = [child for child in self._children if child.poll() is None]
        record = self.records().get(service.name)
        alive = record.process() if record else None
        if record and alive and record.fingerprint == service.fingerprint and _becomes_ready(service, alive):
            return False
        if alive:
            self.stop(service.name)
        self._wait_until_ready(service, self._start(service))
        return True

    def stop(self, *names: str) -> None:
        """Stop recorded processes with all their descendants; a dead or foreign pid is only forgotten."""
        chosen = {name: record for name, record in self.records().items() if name in names}
        alive = [(process, record.stop_signal) for record in chosen.values() if (process := record.process())]
        stop_trees(alive)
        self._children = [child for child in self._children if child.poll() is None]
        self._change(lambda records: [records.pop(name, None) for name in names])

    def stop_all(self) -> list[str]:
        """Stop everything this sandbox started; the names of what was alive."""
        alive = list(self.running())
        self.stop(*self.records())
        end(self.marked())
        return alive

    def marked(self) -> list[psutil.Process]:
        """Every living process that was started for this sandbox, directly or not, recorded or not."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                mine = process.pid != os.getpid() and process.environ().get(MARKER) == self.sandbox_id
                found += [process] if mine and lives(process) else []
        return found

    def _start(self, service: Service) -> subprocess.Popen[bytes]:
        log = self.home.log(service.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                cwd=service.folder or self.home.folder,
                env={**os.environ, **service.environment, MARKER: self.sandbox_id},
                user=service.user,
                group=service.user,
                extra_groups=None if service.user is None else [],
            )
        self._children.append(process)
        identity = ProcessIdentity.of(process.pid)
        record = ProcessRecord(
            **identity.model_dump(), fingerprint=service.fingerprint, stop_signal=service.stop_signal
        )
        self._change(lambda records: records.update({service.name: record}))
        return process

    def _wait_until_ready(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        if _becomes_ready(service, psutil.Process(process.pid)):
            return
        status, log = process.poll(), _tail(self.home.log(service.name))
        if status is not None:
            raise PartError(f"{service.name} ended with status {status}: {log}")
        self.stop(service.name)
        raise PartError(f"{service.name} did not answer within {service.deadline_seconds:.0f} s: {log}")

    def _change(self, change: Callable[[dict[str, ProcessRecord]], object]) -> None:
        with self._writing:
            records = self.records()
            change(records)
            write_atomically(self._path, _RECORDS.dump_json(records, indent=2).decode())


def _becomes_ready(service: Service, process: psutil.Process) -> bool:
    """Whether the service answers before its deadline; False at once when its process has ended."""
    deadline = time.monotonic() + service.deadline_seconds
    while not service.is_ready():
        if time.monotonic() > deadline or not lives(process):
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _tail(log: Path, lines: int = 8) -> str:
    last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join([f"see {log}", *(f"    {line}" for line in last)])
