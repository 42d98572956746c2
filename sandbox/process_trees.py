"""Find a started process again for certain, and end it with everything it started."""

from __future__ import annotations

import contextlib

import psutil
from pydantic import BaseModel

STOP_SECONDS = 15.0
_KILL_SECONDS = 5.0
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
            same = abs(found.create_time() - self.created) < _CLOCK_TOLERANCE_SECONDS
            if same and found.status() != psutil.STATUS_ZOMBIE:
                return found
        return None


def stop_trees(processes: list[tuple[psutil.Process, int]]) -> None:
    """Ask processes to stop, each with its own signal, give them time, then end them and all their descendants."""
    families = [process for process, _ in processes]
    for process, stop_signal in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            families += process.children(recursive=True)
            process.send_signal(stop_signal)
    psutil.wait_procs([process for process, _ in processes], timeout=STOP_SECONDS)
    end(families)


def end(processes: list[psutil.Process]) -> None:
    """Terminate processes, and kill those that do not follow."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, late = psutil.wait_procs(processes, timeout=_KILL_SECONDS)
    for process in late:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(late, timeout=_KILL_SECONDS)
