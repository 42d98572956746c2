"""Find a started process again for certain, and end it with everything it started."""

from __future__ import annotations

import contextlib
import time

import psutil
from pydantic import BaseModel

STOP_SECONDS = 15.0
_KILL_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_CLOCK_TOLERANCE_SECONDS = 2.0


class ProcessIdentity(BaseModel, frozen=True):
    """A process by pid *and* creation time, so that a pid that now belongs to somebody else is never signalled."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """The identity of a process that was just started.

        Raises:
            psutil.NoSuchProcess: it is gone already, waited for by its parent.
        """
        return cls(pid=pid, created=psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process if it still is the one that was started and lives, else None."""
        with contextlib.suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.created) < _CLOCK_TOLERANCE_SECONDS and lives(found):
                return found
        return None


def lives(process: psutil.Process) -> bool:
    """Whether the process does something still; one that ended and that nobody has waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop_trees(processes: list[tuple[psutil.Process, int]]) -> None:
    """Ask processes to stop, each with its own signal, give them time, then end them and all their descendants."""
    families = [process for process, _ in processes]
    for process, stop_signal in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            families += process.children(recursive=True)
            process.send_signal(stop_signal)
    _wait([process for process, _ in processes], STOP_SECONDS)
    end(families)


def end(processes: list[psutil.Process]) -> None:
    """Terminate processes, and kill those that do not follow."""
    for process in filter(lives, processes):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _wait(processes, _KILL_SECONDS):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(processes, _KILL_SECONDS)


def _wait(processes: list[psutil.Process], timeout_seconds: float) -> list[psutil.Process]:
    """Those that still live when all have ended or the time is over."""
    deadline = time.monotonic() + timeout_seconds
    living = [process for process in processes if lives(process)]
    while living and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        living = [process for process in living if lives(process)]
    return living
