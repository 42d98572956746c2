"""Runs that die in the test's own process, at a chosen place of the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from types import ModuleType
from typing import Any

import pytest


class Killed(BaseException):
    """What a test kills a run with: nothing may catch it."""


def die_after(patch: pytest.MonkeyPatch, module: ModuleType, commits: Sequence[str], number: int) -> None:
    """Of the commits that a module makes by these functions, let the run die after that one, the first being 1."""
    numbers = count(1)

    def dying(make: Callable[..., Any]) -> Callable[..., Any]:
        def commit_and_die(*args: Any, **options: Any) -> Any:
            made = make(*args, **options)
            if next(numbers) == number:
                raise Killed
            return made

        return commit_and_die

    for name in commits:
        patch.setattr(module, name, dying(getattr(module, name)))
