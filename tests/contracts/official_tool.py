"""The official tool, datacontract-cli, accepts every contract: `make lint` runs this.

It lints each contract and exports it to formats that users of the tool ask for, all in one process of the tool's own
environment. `--python` says where that environment's Python is, for others who run the tool.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from contracts.diff.official_tool import OFFLINE, ToolMissing, run
from contracts.folder import contracts_folder
from tests.repository.locked_environment import locked_programs

EXPORTS = ("html", "sql", "dbt-models", "spark")


def main() -> None:
    """Check the contracts, or say where the tool is; status 1 with the tool's own words when it refuses one."""
    parser = argparse.ArgumentParser(prog="official_tool", description=__doc__)
    parser.add_argument("--python", action="store_true", help="only print the Python of the tool's environment")
    try:
        if parser.parse_args().python:
            sys.stdout.write(f"{tool_python()}\n")
            return
        contracts = sorted(contracts_folder().glob("*.odcs.yaml"))
        with tempfile.TemporaryDirectory(prefix="datacontract-") as folder:
            found = refusals(tool_python(), contracts, Path(folder))
    except (ToolMissing, subprocess.CalledProcessError) as error:
        sys.exit(f"official tool: {error}")
    if found:
        sys.exit("\n".join(found))
    sys.stdout.write(f"datacontract: {len(contracts)} contracts are valid; exported to {', '.join(EXPORTS)}\n")


def refusals(python: Path, contracts: Iterable[Path], folder: Path) -> list[str]:
    """The tool's own words about every command that it did not do without complaint; what it made is in the folder."""
    commands: list[tuple[str, ...]] = []
    for contract in contracts:
        made = folder / contract.name
        commands.append(("lint", OFFLINE, "--output", f"{made}.json", str(contract)))
        commands += [("export", kind, OFFLINE, "--output", f"{made}.{kind}", str(contract)) for kind in EXPORTS]
    return [
        f"datacontract {' '.join(command)}\n{said.text}"
        for command, said in zip(commands, run(python, commands), strict=True)
        if said.status != 0 or (command[0] == "lint" and not _passed(Path(command[3])))
    ]


def _passed(report: Path) -> bool:
    """Whether a lint did; the tool's status is 0 for mere warnings too, which its next version makes errors."""
    return bool(json.loads(report.read_text(encoding="utf-8"))["result"] == "passed")


def tool_python() -> Path:
    """The Python of the tool's environment, which is made of the lock unless that was done.

    Raises:
        CalledProcessError: it cannot be made; uv has said why.
    """
    return locked_programs("datacontract") / "python"


if __name__ == "__main__":
    main()
