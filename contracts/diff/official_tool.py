"""Runs command lines of the official tool, datacontract-cli, many in one process: most of its time goes into starting.

The tool has an environment of its own. `run` starts this file with that environment's Python, which knows nothing of
the project; commands and results go as JSON. Nothing that the tool does here may reach out, and it is kept from it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path

NAME = "datacontract"
OFFLINE = "--no-inline-references"
"""Of every command: authoritative definitions are links for people, not parts to be fetched."""

_WIDE = {"COLUMNS": "160"}


class ToolMissing(Exception):
    """Raised when the tool cannot be started, with what was said."""


@dataclass(frozen=True)
class Said:
    """What became of one command of the tool: its exit status and its words."""

    status: int
    text: str


def run(python: Path, commands: Iterable[Sequence[str]]) -> list[Said]:
    """The results of the tool's commands, in their order.

    Args:
        python: the Python of the tool's environment.
        commands: arguments of the tool, such as `["lint", "--no-inline-references", "a.odcs.yaml"]`.

    Raises:
        ToolMissing: there is no such Python, or no tool in its environment.
    """
    start = [str(python), "-I", __file__]
    given = json.dumps([list(command) for command in commands])
    try:
        done = subprocess.run(  # noqa: S603
            start, input=given, capture_output=True, text=True, check=False, env={**os.environ, **_WIDE}
        )
    except OSError as error:
        raise ToolMissing(f"{python} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        raise ToolMissing(done.stderr.strip())
    return [Said(**result) for result in json.loads(done.stdout)]


def main() -> None:
    """In the tool's environment: commands from standard input, results to standard output."""
    scripts = entry_points(group="console_scripts", name=NAME)
    if not scripts:
        sys.exit(f"{sys.executable} has no {NAME}")
    sys.addaudithook(_stay_offline)
    tool = next(iter(scripts)).load()
    results = [_result(tool, command) for command in json.load(sys.stdin)]
    sys.stdout.write(json.dumps([asdict(result) for result in results]))


def _result(tool: Callable[[], None], command: list[str]) -> Said:
    """The tool's console script, run with these arguments in this process."""
    sys.argv = [NAME, *command]
    status: object = None
    with redirect_stdout(StringIO()) as said, redirect_stderr(said):
        try:
            tool()
        except SystemExit as stop:
            status = stop.code
    return Said(status if isinstance(status, int) else int(status is not None), said.getvalue())


def _stay_offline(event: str, _arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise PermissionError(f"{NAME} must not reach out ({event}): its commands need {OFFLINE}")


if __name__ == "__main__":
    main()
