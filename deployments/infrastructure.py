"""Plans and applies an environment's stacks with Terraform: `python -m deployments.infrastructure plan dev`.

`plan` saves a plan for each stack and prints what the plans do; `apply` does exactly what was saved, in the order of
the stacks, and Terraform refuses a plan that the state has left behind. `outputs` prints what the stacks put out. All
work on what `make synth` wrote.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from blocks.images import REPOSITORY
from deployments.plan_summary import StackChanges, markdown, stack_changes

PLAN, PLAN_JSON = "plan", "plan.json"
ENVIRONMENTS = ("dev", "pre", "prod")
_LOCK_TIMEOUT = "-lock-timeout=10m"


class TerraformFailed(Exception):
    """Raised when Terraform does not do what it is told; the text says at which stack, its own words came before."""


def stacks_in_order(synthesized: Path, environment: str, kinds: list[str]) -> list[str]:
    """The environment's stacks of those kinds, or all, each after those it takes values from.

    Args:
        synthesized: the folder that `make synth` wrote.
        environment: `dev`, `pre` or `prod`.
        kinds: such as `network`; empty: all.

    Raises:
        ValueError: the environment has no stack of that kind, or nothing was synthesized.
    """
    manifest = synthesized / "manifest.json"
    if not manifest.exists():
        raise ValueError(f"{manifest} is missing: make synth writes it")
    described = json.loads(manifest.read_text(encoding="utf-8"))["stacks"]
    ordered = TopologicalSorter({name: stack["dependencies"] for name, stack in described.items()}).static_order()
    found = {_kind(name): name for name in ordered if f"-{environment}-" in name}
    if unknown := sorted({*kinds} - found.keys()):
        raise ValueError(f"{environment} has no stack {', '.join(unknown)}: it has {', '.join(found)}")
    return [name for kind, name in found.items() if not kinds or kind in kinds]


def _kind(stack: str) -> str:
    return stack.split("-", maxsplit=2)[-1]


def plan(synthesized: Path, stacks: list[str], plans: Path, *, destroy: bool) -> list[StackChanges]:
    """Save a plan for each stack, and tell what they do.

    Raises:
        TerraformFailed: a stack cannot be planned.
    """
    changes = []
    for stack in reversed(stacks) if destroy else stacks:
        saved = (plans / stack).resolve()
        saved.mkdir(parents=True, exist_ok=True)
        options = ["-input=false", _LOCK_TIMEOUT, f"-out={saved / PLAN}", *(["-destroy"] if destroy else [])]
        _init(synthesized, stack)
        _terraform(synthesized, stack, "plan", *options)
        shown = _terraform(synthesized, stack, "show", "-json", str(saved / PLAN), captured=True)
        (saved / PLAN_JSON).write_text(shown, encoding="utf-8")
        changes.append(stack_changes(stack, json.loads(shown)))
    return changes


def apply(synthesized: Path, stacks: list[str], plans: Path) -> None:
    """Do what was planned for each stack; what destroys goes the other way round.

    Raises:
        TerraformFailed: a stack's plan is stale, or failed on the way; those before it are done.
    """
    destroys = any(_destroys_all(plans / stack) for stack in stacks)
    for stack in reversed(stacks) if destroys else stacks:
        _init(synthesized, stack)
        _terraform(synthesized, stack, "apply", "-input=false", _LOCK_TIMEOUT, str((plans / stack / PLAN).resolve()))


def _destroys_all(saved: Path) -> bool:
    document = json.loads((saved / PLAN_JSON).read_text(encoding="utf-8"))
    kept = [change for change in document.get("resource_changes", ()) if change["change"]["actions"] != ["delete"]]
    return bool(document.get("resource_changes")) and not kept


def outputs(synthesized: Path, stacks: list[str]) -> dict[str, dict[str, Any]]:
    """What each stack puts out, by stack and name, as `cdktf deploy --outputs-file` writes it.

    Raises:
        TerraformFailed: a stack's state cannot be read.
    """
    found = {}
    for stack in stacks:
        _init(synthesized, stack)
        document = json.loads(_terraform(synthesized, stack, "output", "-json", captured=True))
        found[stack] = {name: output["value"] for name, output in document.items() if not output["sensitive"]}
    return found


def _init(synthesized: Path, stack: str) -> None:
    _terraform(synthesized, stack, "init", "-input=false")


def _terraform(synthesized: Path, stack: str, *arguments: str, captured: bool = False) -> str:
    """Run Terraform in the stack's folder; what it says goes to standard error unless it is captured."""
    command = ["terraform", f"-chdir={synthesized / 'stacks' / stack}", arguments[0], "-no-color", *arguments[1:]]
    output = subprocess.PIPE if captured else sys.stderr
    try:
        done = subprocess.run(command, stdout=output, text=True, check=False)  # noqa: S603 (our own command)
    except FileNotFoundError:
        raise TerraformFailed("no terraform on the PATH: install version 1.11 or later") from None
    if done.returncode != 0:
        raise TerraformFailed(f"{stack}: terraform {arguments[0]} failed: see the message above")
    return done.stdout or ""


def main() -> None:
    """Command line: status 0; 1 with the reason when Terraform failed; 3 when drift was looked for and found."""
    arguments = _arguments()
    folder, plans = arguments.synthesized, arguments.plans
    try:
        stacks = stacks_in_order(folder, arguments.environment, arguments.stacks.split())
        if arguments.command == "plan":
            changes = plan(folder, stacks, plans, destroy=arguments.destroy)
            sys.stdout.write(f"{markdown(changes)}\n")
            sys.exit(3 if arguments.expect_none and not all(one.is_empty for one in changes) else 0)
        elif arguments.command == "apply":
            apply(folder, stacks, plans)
        else:
            sys.stdout.write(json.dumps(outputs(folder, stacks), indent=2) + "\n")
    except (TerraformFailed, ValueError) as error:
        sys.exit(f"infrastructure: {error}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infrastructure", description=__doc__)
    parser.add_argument("command", choices=("plan", "apply", "outputs"))
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("--stacks", default="", help="kinds of stacks, such as 'network platform'; empty: all")
    parser.add_argument("--destroy", action="store_true", help="plan to destroy them")
    parser.add_argument("--expect-none", action="store_true", help="status 3 unless nothing would change")
    parser.add_argument("--synthesized", type=Path, default=REPOSITORY / "cdktf.out", help="what make synth wrote")
    parser.add_argument("--plans", type=Path, default=REPOSITORY / "build" / "plans", help="where plans are saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
