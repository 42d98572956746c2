"""Why a step did not do its work, in the words of what it raised."""

from __future__ import annotations

from typing import Any

from prefect.states import State

from tasks.report.facts import Problem
from tasks.report.problems import step_problem

_RAISED = "Task run encountered an exception "
"""What Prefect puts before an exception's class and text."""


def failure_of(state: State[Any]) -> str | None:
    """The reason why a task run did not complete, None if it did."""
    if state.is_completed():
        return None
    return (state.message or state.name or "").removeprefix(_RAISED)


def succeeded(part: str, state: State[Any], problems: list[Problem]) -> bool:
    """Whether the task run completed; if not, its reason is added to the problems as that part's."""
    failure = failure_of(state)
    if failure is not None:
        problems.append(step_problem(part, failure))
    return failure is None
