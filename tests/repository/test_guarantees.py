"""Every test that docs/guarantees.md names is there, in the file it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
NAMED = re.findall(r"\[`(\w+)(?:\.py)?`\]\(([^)\s]+)\)", PAGE.read_text(encoding="utf-8"))
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]


def defined(file: Path) -> set[str]:
    """Names of the tests of a file, and its own."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} | {file.stem}


@pytest.mark.parametrize(("name", "file"), NAMED, ids=[name for name, _ in NAMED])
def test_a_named_test_is_there(name: str, file: str) -> None:
    assert name.startswith("test_")
    assert name in defined(PAGE.parent / file)


def test_every_invariant_names_a_test() -> None:
    invariants = [row for row in ROWS if not row.startswith(("| invariant", "| ---"))]
    assert len(invariants) > 30
    assert [row for row in invariants if not re.search(r"\(\.\./tests/\S+\)", row)] == []
