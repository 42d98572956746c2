"""The picture of stacks and resources in `docs/infrastructure.md`, drawn from what was synthesized.

`python -m infra_cdktf.diagram FOLDER` (a synthesized `cdktf.out`) writes it into the page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from infra_cdktf.names import DATASETS

PAGE = Path(__file__).parents[1] / "docs" / "infrastructure.md"
BEGIN, END = "<!-- diagram: begin -->\n", "<!-- diagram: end -->\n"
SHOWN = "prod"
"""The environment that is drawn: the one with most in it."""


def diagram(folder: Path) -> str:
    """Mermaid text: a box per stack with the types and numbers of its resources, an arrow to each stack it needs.

    What there is for each dataset is not counted, so that the picture stays right when one is added. An arrow that
    others already imply is left out.
    """
    stacks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    needs = {name: set(stack["dependencies"]) for name, stack in stacks.items() if f"-{SHOWN}-" in name}
    lines = ["```mermaid", "flowchart TB"]
    lines += [f'    {_short(name)}["<b>{_short(name)}</b><br/>{_contents(folder, name)}"]' for name in needs]
    for name, needed in needs.items():
        implied = set().union(*(_all_needed(needs, one) for one in needed))
        lines += [f"    {_short(one)} --> {_short(name)}" for one in sorted(needed - implied)]
    return "\n".join([*lines, "```", ""])


def write_page(folder: Path) -> None:
    """Replace the diagram in the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + diagram(folder) + END + after, encoding="utf-8")


def _contents(folder: Path, stack: str) -> str:
    body = json.loads((folder / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8"))
    return "<br/>".join(f"{_kind(kind)}{_number(named)}" for kind, named in sorted(body["resource"].items()))


def _number(named: dict[str, Any]) -> str:
    paths = [resource["//"]["metadata"]["path"] for resource in named.values()]
    of_the_stack = [path for path in paths if path.split("/")[1] != DATASETS]
    number = f" ×{len(of_the_stack)}" if len(of_the_stack) > 1 else ""
    also = " and" if of_the_stack else ""
    return f"{number}{also} per dataset" if len(of_the_stack) < len(paths) else number


def _kind(kind: str) -> str:
    provider, _, name = kind.partition("_")
    return f"{name.replace('_', ' ')} ({provider})"


def _all_needed(needs: dict[str, set[str]], name: str) -> set[str]:
    return needs[name] | set().union(*(_all_needed(needs, one) for one in needs[name]))


def _short(stack: str) -> str:
    return stack.rpartition("-")[2]


if __name__ == "__main__":
    write_page(Path(sys.argv[1]))
