"""What is wrong with contracts, gathered so that their author sees every problem at once, a line each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

_UNION_TAGS = {"silver", "gold", "postgres", "api", "local"}
"""What pydantic puts into a location to say which model of a union it tried; it stands in no file."""


@dataclass(frozen=True)
class ContractProblem:
    """One thing to mend: the path inside the document, as in `servers[1].customProperties.table`, and the reason."""

    path: str
    reason: str


class ContractError(ValueError):
    """Raised when contracts cannot be used; its text has a line for each problem: file, path inside it, reason."""

    def __init__(self, problems: Iterable[tuple[Path, ContractProblem]]) -> None:
        """Keep the problems for callers that show them one by one."""
        located = list(problems)
        self.problems = tuple(problem for _, problem in located)
        super().__init__("\n".join(f"{file}: {problem.path}: {problem.reason}" for file, problem in located))


def problems_of(error: ValidationError) -> list[ContractProblem]:
    """What pydantic found, each with its path."""
    return [
        ContractProblem(_path(detail["loc"]), detail["msg"].removeprefix("Value error, "))
        for detail in error.errors(include_url=False, include_input=False)
    ]


def _path(location: tuple[int | str, ...]) -> str:
    """The steps as YAML's reader would name them; without the tags of unions.

    >>> _path(("servers", 1, "api", "customProperties.pageRows"))
    'servers[1].customProperties.pageRows'
    """
    path, before = "", None
    for step in location:
        if not (isinstance(before, int) and step in _UNION_TAGS):
            path += f"[{step}]" if isinstance(step, int) else f".{step}"
        before = step
    return path.removeprefix(".") or "(file)"
