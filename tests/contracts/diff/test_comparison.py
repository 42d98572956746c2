"""Whether a contract's version says what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.diff.change import READERS, Change, Verdict
from contracts.diff.comparison import Comparison

BREAKING, ADDITIVE = (Change("a", "is gone", READERS), Change("b", "is new")), (Change("b", "is new"),)
FILE = Path("returns.odcs.yaml")


@pytest.mark.parametrize(
    ("changes", "before", "now", "problem"),
    [
        (BREAKING, "1.2.3", "1.2.3", "version 1.2.3 is no new major of 1.2.3, and the change breaks"),
        (BREAKING, "1.2.3", "1.3.0", "version 1.3.0 is no new major of 1.2.3, and the change breaks"),
        (BREAKING, "2.0.0", "1.0.0", "version 1.0.0 is no new major of 2.0.0, and the change breaks"),
        (BREAKING, "1.2.3", "two", "version two is no new major of 1.2.3, and the change breaks"),
        (BREAKING, None, "2.0.0", "version 2.0.0 is no new major of None, and the change breaks"),
        (BREAKING, "1.2.3", "2.0.0", None),
        (BREAKING, "9.0.0", "10.0.0", None),
        (ADDITIVE, "1.2.3", "1.2.3", "version is still 1.2.3, and more than descriptions changed"),
        (ADDITIVE, "1.2.3", "1.3.0", None),
        ((), "1.2.3", "1.2.3", None),
    ],
)
def test_a_version_must_say_what_changed(
    changes: tuple[Change, ...], before: str | None, now: str, problem: str | None
) -> None:
    assert Comparison("returns", before, now, changes, FILE, FILE).problem == problem


def test_machines_read_the_verdict_with_its_reasons() -> None:
    comparison = Comparison("returns", "1.0.0", "2.0.0", BREAKING, FILE, FILE)

    assert comparison.as_json() == {
        "dataset": "returns",
        "versions": ["1.0.0", "2.0.0"],
        "verdict": Verdict.BREAKING_FOR_READERS,
        "changes": [
            {"path": "a", "text": "is gone", "breaks": ["readers"]},
            {"path": "b", "text": "is new", "breaks": []},
        ],
        "problem": None,
    }
