"""Command line: `python -m tasks.preflight --for infrastructure|images|deploy|run [--json]`.

Status 0 when all is there, 1 with a line for each thing that is not, 2 when the contracts cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from contracts.folder import read_contracts
from contracts.problems import ContractError
from tasks.preflight.check import Check, told
from tasks.preflight.stages import PreflightSettings, Stage, checks_for


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at everything that the stage needs, and say what is not there."""
    parser = argparse.ArgumentParser(prog="preflight", description=__doc__)
    parser.add_argument("--for", dest="stage", type=Stage, choices=list(Stage), required=True)
    parser.add_argument("--json", action="store_true", help="every check, passed or not, as JSON")
    given = parser.parse_args(arguments)
    try:
        checks = list(checks_for(given.stage, PreflightSettings(), read_contracts()))
    except ContractError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(_as_json(checks) if given.json else _as_lines(checks))
    return 0 if all(check.passed for check in checks) else 1


def _as_lines(checks: Sequence[Check]) -> str:
    failed = list(told(checks))
    return "\n".join([*failed, f"{len(checks)} checks, {len(failed)} failed", ""])


def _as_json(checks: Sequence[Check]) -> str:
    return json.dumps([{**check.model_dump(), "passed": check.passed} for check in checks], indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
