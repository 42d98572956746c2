"""The picture of stacks and resources in `docs/infrastructure.md`, drawn from what was synthesized.

`python -m infra_cdktf.diagram FOLDER` (a synthesized `cdktf.out`) writes it into the page.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "infrastructure.md"
BEGIN, END = "<!-- diagram: begin -->\n", "<!-- diagram: end -->\n"
SHOWN = "prod"
"""The environment that is drawn: the one with most in it."""


def diagram(folder: Path) -> str:
    """Mermaid text: a box per stack with the types and numbers of its resources, an arrow to each stack it needs.

    An arrow that others already imply is left out.
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
    numbers = Counter({kind: len(named) for kind, named in body["resource"].items()})
    return "<br/>".join(
        f"{_kind(kind)} ×{number}" if number > 1 else _kind(kind) for kind, number in sorted(numbers.items())
    )


def _kind(kind: str) -> str:
    provider, _, name = kind.partition("_")
    return f"{name.replace('_', ' ')} ({provider})"


def _all_needed(needs: dict[str, set[str]], name: str) -> set[str]:
    return needs[name] | set().union(*(_all_needed(needs, one) for one in needs[name]))


def _short(stack: str) -> str:
    return stack.rpartition("-")[2]


if __name__ == "__main__":
    write_page(Path(sys.argv[1]))
