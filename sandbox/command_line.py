"""``python -m sandbox up | down | run | status``."""

from __future__ import annotations

import errno
import json
import sys
from typing import Annotated

import typer

from contracts.folder import UnknownDataset
from sandbox import lifecycle, sources
from sandbox.deployments import deploy
from sandbox.erasure_request import read_request, request_in_raw
from sandbox.errors import SandboxError, VariableError
from sandbox.flow_runs import EndedRun, run_deployment
from sandbox.home import SandboxHome, home_from_environment
from sandbox.lifecycle import Sandbox
from sandbox.parts.azurite import CONTAINERS
from sandbox.progress import console, side_by_side

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def up() -> None:
    """Start the sandbox and leave it up."""
    home = home_from_environment()
    with home.locked():
        sandbox = _ready(home)
    _tell_where_to_look(sandbox)


@app.command()
def run(
    dataset: Annotated[str, typer.Option(help="Name of the dataset, one of the contracts.")] = "customer-purchases",
    rebuild: Annotated[str, typer.Option(help="Layer to make anew from the one below: silver or gold.")] = "",
    settle: Annotated[str, typer.Option(help="Why landed rows that bronze does not hold are written off.")] = "",
    erase: Annotated[str, typer.Option(help="File that names whose rows are erased from every table.")] = "",
) -> None:
    """Start the sandbox if it is not up, let its sources grow, and run a dataset's pipeline once.

    They do not grow for a run that mends what is there.
    """
    named = read_request(erase) if erase else None
    home = home_from_environment()
    with home.locked():
        grown = sources.are_seeded(home)
        sandbox = _ready(home)
        slug = _slug(sandbox, dataset)
        mending = {name: value for name, value in {"rebuild": rebuild, "settle": settle}.items() if value}
        if grown and not mending and not erase:
            side_by_side("growing", {"sources": lambda: sources.grow(sandbox)})
        with request_in_raw(sandbox, dataset, named) as asked:
            ended = run_deployment(
                sandbox.variables["PREFECT_API_URL"],
                f"lakehouse/{slug}",
                mending | asked,
                lambda: lifecycle.check(home),
            )
    print(_summary(home, slug, ended))
    _tell_where_to_look(sandbox)
    raise typer.Exit(0 if ended.completed else 1)


def _slug(sandbox: Sandbox, dataset: str) -> str:
    try:
        return sandbox.contracts.dataset(dataset).slug
    except UnknownDataset as error:
        raise VariableError(f"DATASET: {error}") from None


def _summary(home: SandboxHome, slug: str, ended: EndedRun) -> str:
    """The run's own summary; one of an earlier run says nothing about this one."""
    facts = home.summary(slug).with_suffix(".json")
    if facts.exists() and json.loads(facts.read_bytes())["flow_run_id"] == ended.flow_run_id:
        return home.summary(slug).read_text(encoding="utf-8")
    return f"❌ {slug}: the run ended as {ended.state} without a summary: {ended.message or 'see its log'}"


@app.command()
def down() -> None:
    """Stop what ``up`` or ``run`` started."""
    home = home_from_environment()
    with home.locked():
        stopped = lifecycle.down(home)
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def status() -> None:
    """Say which parts run."""
    processes = lifecycle.processes_of(home_from_environment())
    running = processes.running()
    for name in processes.records():
        console.print(f"{name:<15} {'running, pid ' + str(running[name].pid) if name in running else 'not running'}")


def _ready(home: SandboxHome) -> Sandbox:
    sandbox = lifecycle.up(home)
    if not sources.are_seeded(home):
        side_by_side("generating", {"sources": lambda: sources.grow(sandbox)})
    deploy(sandbox)
    return sandbox


def _tell_where_to_look(sandbox: Sandbox) -> None:
    variables, home = sandbox.variables, sandbox.home
    places = {
        "Prefect": variables["PREFECT_API_URL"].removesuffix("/api"),
        "Lake": f"{variables['LAKE_URL']}, containers {', '.join(CONTAINERS)}",
        "Tables": f"{variables['LAKE_URL'].replace('://', '://silver@')}/‹table›",
        "Variables": f"{home.env_file} (set -a; . {home.env_file})",
        "Logs": str(home.log("part").parent),
    }
    console.print("\nThe sandbox stays up until make down.")
    for name, place in places.items():
        console.print(f"  {name:<10} {place}")


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
