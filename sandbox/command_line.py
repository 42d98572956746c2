"""``python -m sandbox up | down | run | status``."""

from __future__ import annotations

import errno
import sys

import typer

from sandbox import lifecycle
from sandbox.credentials import credentials_of
from sandbox.errors import SandboxError
from sandbox.home import home_from_environment
from sandbox.processes import Processes
from sandbox.progress import console

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def up() -> None:
    """Start the sandbox and leave it up."""
    home = home_from_environment()
    with home.locked():
        sandbox = lifecycle.up(home)
    console.print(f"The sandbox is up. Variables: {home.env_file}. Prefect: {sandbox.variables['PREFECT_API_URL']}")


@app.command()
def down() -> None:
    """Stop what ``up`` started."""
    home = home_from_environment()
    with home.locked():
        stopped = lifecycle.down(home)
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def status() -> None:
    """Say which parts run."""
    home = home_from_environment()
    processes = Processes(home, credentials_of(home).sandbox_id)
    running = processes.running()
    for name in processes.records():
        console.print(f"{name:<15} {'running, pid ' + str(running[name].pid) if name in running else 'not running'}")


def main() -> None:
    """Run the command line; an error that a person can act on is one line and exit status 1."""
    try:
        app()
    except SandboxError as error:
        _refuse(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _refuse("no space left on the disk: free some, or set DATAMASTER_HOME to a folder on another disk")


def _refuse(message: str) -> None:
    print(f"sandbox: {message}", file=sys.stderr)
    raise SystemExit(1)
