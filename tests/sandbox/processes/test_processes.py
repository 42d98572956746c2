from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.errors import PartError
from sandbox.home import SandboxHome
from sandbox.processes.processes import MARKER, Processes, Service

# Starts a child, answers by writing its pid to a file, and waits.
SERVER = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[2]])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""
CHILD = "import time; time.sleep(600)"
STUBBORN_CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    home = SandboxHome(tmp_path / "home")
    home.folder.mkdir()
    running = Processes(home, f"sandbox of {tmp_path}")
    yield running
    running.stop_all()


def server(processes: Processes, name: str = "server", child: str = CHILD, **environment: str) -> Service:
    answered = processes.home.folder / f"{name}.child"
    command = [sys.executable, "-c", SERVER, str(answered), child]
    return Service(name, command, environment, is_ready=lambda: bool(answered.exists() and answered.read_text()))


def child_of(processes: Processes, name: str = "server") -> psutil.Process:
    return psutil.Process(int((processes.home.folder / f"{name}.child").read_text()))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_running_service_is_kept(processes: Processes) -> None:
    assert processes.ensure(server(processes)) is True
    first = processes.running()["server"].pid

    assert processes.ensure(server(processes)) is False
    assert processes.running()["server"].pid == first


def test_a_service_that_died_is_started_again(processes: Processes) -> None:
    processes.ensure(server(processes))
    first = processes.running()["server"]
    first.kill()
    first.wait()

    assert processes.ensure(server(processes)) is True
    assert processes.running()["server"].pid != first.pid


def test_a_service_whose_variables_changed_is_replaced(processes: Processes) -> None:
    processes.ensure(server(processes, DATABASE="a"))
    first = processes.running()["server"]

    assert processes.ensure(server(processes, DATABASE="b")) is True
    assert is_gone(first)
    assert processes.running()["server"].environ()["DATABASE"] == "b"


def test_stopping_ends_every_service_with_its_children(processes: Processes) -> None:
    processes.ensure(server(processes, "one"))
    processes.ensure(server(processes, "two"))
    started = [*processes.running().values(), child_of(processes, "one"), child_of(processes, "two")]

    assert processes.stop_all() == ["one", "two"]
    assert all(is_gone(process) for process in started)
    assert processes.records() == {}


def test_a_child_that_ignores_a_polite_request_is_ended_all_the_same(processes: Processes) -> None:
    processes.ensure(server(processes, child=STUBBORN_CHILD))
    child = child_of(processes)
    time.sleep(0.5)  # until it ignores the signal

    processes.stop_all()

    assert is_gone(child)


def test_children_are_found_when_their_service_was_killed(processes: Processes) -> None:
    processes.ensure(server(processes))
    child = child_of(processes)
    processes.running()["server"].kill()
    wait_until(lambda: child.ppid() != processes.records()["server"].pid)

    processes.stop_all()

    assert is_gone(child)


def test_orphans_are_found_when_even_the_record_is_lost(processes: Processes) -> None:
    processes.ensure(server(processes))
    left = [processes.running()["server"], child_of(processes)]
    (processes.home.folder / "processes.json").unlink()

    processes.stop_all()

    assert all(is_gone(process) for process in left)


def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(processes: Processes) -> None:
    processes.ensure(server(processes))
    path = processes.home.folder / "processes.json"
    record = json.loads(path.read_text())["server"]
    processes.stop("server")
    stranger = subprocess.Popen([sys.executable, "-c", CHILD])
    try:
        path.write_text(json.dumps({"server": {**record, "pid": stranger.pid, "created": record["created"] - 60}}))

        assert processes.running() == {}
        assert processes.stop_all() == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_sandboxes_do_not_touch_each_other(processes: Processes, tmp_path: Path) -> None:
    other = Processes(SandboxHome(tmp_path / "other"), f"another sandbox of {tmp_path}")
    other.home.folder.mkdir()
    other.ensure(server(other))
    processes.ensure(server(processes))

    processes.stop_all()

    assert list(other.running()) == ["server"]
    other.stop_all()


def test_a_service_that_ends_at_once_is_reported_with_the_end_of_its_log(processes: Processes) -> None:
    failing = Service("failing", [sys.executable, "-c", "import sys; sys.exit('no such port')"], {}, lambda: False)

    with pytest.raises(PartError, match=r"(?s)failing ended with status 1: see .*failing\.log\n +no such port"):
        processes.ensure(failing)


def test_a_service_that_never_answers_is_reported_after_its_deadline(processes: Processes) -> None:
    command = [sys.executable, "-c", "print('starting', flush=True); import time; time.sleep(600)"]
    silent = Service("silent", command, {}, lambda: False, deadline_seconds=1)

    with pytest.raises(PartError, match=r"(?s)silent did not answer within 1 s: see .*starting"):
        processes.ensure(silent)


def test_processes_carry_the_sandbox_id_and_the_user_does_not(processes: Processes) -> None:
    processes.ensure(server(processes))

    assert processes.running()["server"].environ()[MARKER] == processes.sandbox_id
    assert MARKER not in os.environ


def wait_until(true: Callable[[], bool], deadline_seconds: float = 20) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
