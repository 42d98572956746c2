"""One thing that was looked at, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from tasks.errors import PipelineError


class Check(BaseModel):
    """What was looked at; without a `failure`, which is one line and ends with what to do, all is well."""

    model_config = ConfigDict(frozen=True)

    subject: str
    failure: str | None = None

    @property
    def passed(self) -> bool:
        """Whether it is as it must be."""
        return self.failure is None


def checked(subject: str, look: Callable[[], object]) -> Check:
    """The check of a look that raises what is wrong, and else is content."""
    try:
        look()
    except PipelineError as error:
        return Check(subject=subject, failure=" ".join(str(error).split()))
    return Check(subject=subject)


def out_of_reach(behind: Check, *subjects: str) -> list[Check]:
    """A failed check for each of these, which nobody could look at because another one failed."""
    failure = f"was not looked at: {behind.subject} comes first"
    return [Check(subject=subject, failure=failure) for subject in subjects]


def unset(**variables: object) -> list[Check]:
    """A failed check for each of these variables of the environment that is not set."""
    return [
        Check(subject=name, failure=f"{name} is not set: docs/operations.md says to what")
        for name, value in variables.items()
        if not value
    ]


def told(checks: Iterable[Check]) -> Iterator[str]:
    """A line for each failed check."""
    return (f"{check.subject}: {check.failure}" for check in checks if not check.passed)
