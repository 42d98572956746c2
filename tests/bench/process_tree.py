"""What a process and all its descendants use, also those that outlive it, as Spark's JVM outlives its Python."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from sandbox.processes.process_trees import lives

_LOOK_SECONDS = 0.1
_LINGER_SECONDS = 20.0


@dataclass
class ProcessTree:
    """A running process, its descendants as they come and go, and what each had used when last seen."""

    root: psutil.Process
    peak_bytes: int = 0
    _members: dict[int, psutil.Process] = field(default_factory=dict)
    _cpu_seconds: dict[int, float] = field(default_factory=dict)
    _bytes_read: dict[int, int] = field(default_factory=dict)
    _outlived: set[int] = field(default_factory=set)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the tree ten times a second while inside, and afterwards until what outlives the root has ended."""
        ended = threading.Event()
        watcher = threading.Thread(target=self._look_until, args=[ended], daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
            self._await_orphans()

    @property
    def outliving_cpu_seconds(self) -> float:
        """CPU time of what outlived the root; the kernel has counted with the root what the root waited for."""
        return sum(self._cpu_seconds.get(pid, 0.0) for pid in self._outlived)

    @property
    def bytes_read(self) -> int:
        """What all members have read by system calls: files, pipes and sockets."""
        return sum(self._bytes_read.values())

    def _look_until(self, ended: threading.Event) -> None:
        while not ended.wait(_LOOK_SECONDS):
            self._look()

    def _await_orphans(self) -> None:
        deadline = time.monotonic() + _LINGER_SECONDS
        self._outlived = {member.pid for member in self._living() if member.pid != self.root.pid}
        while self._living() and time.monotonic() < deadline:
            self._look()
            time.sleep(_LOOK_SECONDS / 5)

    def _living(self) -> list[psutil.Process]:
        return [member for member in self._members.values() if lives(member)]

    def _look(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self._members |= {member.pid: member for member in [self.root, *self.root.children(recursive=True)]}
        resident = sum(self._note(member) for member in self._living())
        self.peak_bytes = max(self.peak_bytes, resident)

    def _note(self, member: psutil.Process) -> int:
        """Note what a member has used; its resident bytes."""
        try:
            times, resident = member.cpu_times(), int(member.memory_info().rss)
            self._cpu_seconds[member.pid] = times.user + times.system
            self._bytes_read[member.pid] = member.io_counters().read_chars if hasattr(member, "io_counters") else 0
        except psutil.Error:
            return 0
        self.peak_bytes = max(self.peak_bytes, high_water_bytes(member.pid))
        return resident


def high_water_bytes(pid: int) -> int:
    """The most memory that the process has had since it began; 0 where the system does not tell.

    `getrusage` would not do: a child's figure begins with its parent's.
    """
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0
