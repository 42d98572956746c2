"""What is wrong with a contract, gathered so that its author sees every problem at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from open_data_contract_standard.model import CustomProperty
from pydantic import BaseModel, TypeAdapter, ValidationError

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class ContractProblem:
    """One thing to mend: the path inside the document, as in `servers[1].customProperties.kind`, and the reason."""

    path: str
    reason: str


@dataclass
class Problems:
    """The problems found so far."""

    found: list[ContractProblem] = field(default_factory=list)

    def add(self, path: str, reason: str) -> None:
        """Note one problem."""
        self.found.append(ContractProblem(path, reason))

    def section(self, shape: Any, path: str, content: object) -> Any | None:  # noqa: ANN401 (a union of shapes is no type)
        """The content in that pydantic shape, or None with a problem noted for each field that does not fit."""
        try:
            return TypeAdapter(shape).validate_python(content)
        except ValidationError as error:
            self.add_validation(path, error)
            return None

    def properties(self, shape: type[S], path: str, properties: Iterable[CustomProperty] | None) -> S | None:
        """The `customProperties` at that path in that shape, or None with the problems noted."""
        content = {item.property: item.value for item in properties or ()}
        section: S | None = self.section(shape, f"{path}.customProperties", content)
        return section

    def add_validation(self, path: str, error: ValidationError) -> None:
        """Note what pydantic found, each with its path."""
        for detail in error.errors(include_url=False, include_input=False):
            self.add(_joined(path, detail["loc"]), detail["msg"])


def _joined(path: str, location: tuple[int | str, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return f"{path}{steps}".lstrip(".")
