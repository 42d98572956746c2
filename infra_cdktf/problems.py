"""The error that names everything wrong with the settings at once, one line each."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError


class InvalidSettings(ValueError):
    """Raised before synthesis when accounts or settings cannot be used; its text has one line per problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep `problems` (each `where: what is wrong, what to do`) in the order given."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def problems_of(error: ValidationError, where: str) -> list[str]:
    """One line per finding of pydantic, with the field's path behind `where`."""
    return [f"{where}: {_path(finding['loc'])}{_reason(finding['msg'])}" for finding in error.errors()]


def _path(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, location))}: " if location else ""


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
