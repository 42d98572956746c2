"""What is wrong with contracts, gathered so that their author sees every problem at once, a line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_UNION_TAGS = {"silver", "gold", "postgres", "api", "local"}
"""What pydantic puts into a location to say which model of a union it tried; it stands in no file."""

_UNIONS = {"customProperties.authentication", "customProperties.paging"}
"""What is a union without being in a list: the step behind it is such a tag."""


@dataclass(frozen=True)
class ContractProblem:
    """One thing to mend: the path inside the document, as in `servers[1].customProperties.table`, and the reason.

    `name` is of what the path leads to, if it has one: places are hard to count.
    """

    path: str
    reason: str
    name: str = ""

    def __str__(self) -> str:
        """As people read it."""
        is_named = not self.name or self.name in self.reason
        return f"{self.path}: {self.reason}{'' if is_named else f' (in {self.name})'}"


class ContractError(ValueError):
    """Raised when contracts cannot be used; its text has a line for each problem: file, path inside it, reason."""

    def __init__(self, problems: Iterable[tuple[Path, ContractProblem]]) -> None:
        """Keep the problems for callers that show them one by one."""
        located = list(problems)
        self.problems = tuple(problem for _, problem in located)
        super().__init__("\n".join(f"{file}: {problem}" for file, problem in located))


def problems_of(error: ValidationError) -> list[ContractProblem]:
    """What pydantic found, each with its path; a list is not empty because what it holds is wrong."""
    found = error.errors(include_url=False, include_input=False)
    places = [detail["loc"] for detail in found]
    return [
        ContractProblem(_path(detail["loc"]), _reason(detail))
        for detail in found
        if detail["type"] != "too_short"
        or not any(place[: len(detail["loc"])] == detail["loc"] != place for place in places)
    ]


def _reason(detail: ErrorDetails) -> str:
    unknown = "Extra inputs are not permitted: no known word; quote a text with a comma in it"
    hints = {
        "string_type": "Input should be a valid string: put it in quotes",
        "extra_forbidden": unknown,
        "unexpected_keyword_argument": unknown,
    }
    return hints.get(detail["type"], detail["msg"].removeprefix("Value error, "))


def named(problem: ContractProblem, content: object) -> ContractProblem:
    """The problem with the name of the table, column or source that its path leads into.

    >>> named(ContractProblem("schema[0].properties[1]", "…"), {"schema": [{"properties": [{}, {"name": "cpf"}]}]}).name
    'cpf'
    """
    name = ""
    for step in re.findall(r"\w+", problem.path):
        try:
            content = content[int(step) if step.isdigit() else step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(content, Mapping):
            name = str(content.get("name") or content.get("server") or name)
    return replace(problem, name=name)


def _path(location: tuple[int | str, ...]) -> str:
    """The steps as YAML's reader would name them; without the tags of unions.

    >>> _path(("servers", 1, "api", "customProperties.pageRows"))
    'servers[1].customProperties.pageRows'
    """
    path, before = "", None
    for step in location:
        if not (isinstance(before, int) and step in _UNION_TAGS) and before not in _UNIONS:
            path += f"[{step}]" if isinstance(step, int) else f".{step}"
        before = step
    return path.removeprefix(".") or "(file)"
