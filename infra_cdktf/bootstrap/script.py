"""A bootstrap script: steps, each with who does it, why, and the commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from shlex import quote

HEAD = """\
#!/usr/bin/env bash
# {title}
# Rendered by: {command}
# Read it, then run it with bash: all of it, or one step by its number. Every step may be run again.
set -euo pipefail
only="${{1:-all}}"
"""


@dataclass(frozen=True)
class Step:
    """One thing to do. `who` is the least right that suffices; `commands` are lines of bash."""

    title: str
    who: str
    why: str
    commands: tuple[str, ...]

    def rendered(self, number: int) -> str:
        """The step's lines, its explanation as comments before them."""
        return "\n".join(
            [
                f"# {number}. {self.title}",
                f"#    Who: {self.who}.",
                f"#    Why: {self.why}",
                f'if test "$only" = all || test "$only" = {number}; then',
                f"echo {quote(f'{number}. {self.title}')} >&2",
                *self.commands,
                "fi",
                "",
            ]
        )


def render(title: str, command: str, steps: list[Step]) -> str:
    """The whole script."""
    return "\n".join(
        [HEAD.format(title=title, command=command), *(step.rendered(n) for n, step in enumerate(steps, 1))]
    )


def body(value: object) -> str:
    """A JSON document as one argument of a command."""
    return quote(json.dumps(value, sort_keys=True))


def json_with(value: object) -> str:
    """A JSON document as one argument in which bash replaces `$names`."""
    text = json.dumps(value, sort_keys=True).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
