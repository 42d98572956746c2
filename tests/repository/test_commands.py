"""Commands that the documentation names are there."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TEXTS = [
    *REPOSITORY.glob("*.md"),
    *REPOSITORY.glob("docs/**/*.md"),
    REPOSITORY / ".pre-commit-config.yaml",
    *REPOSITORY.glob(".github/workflows/*.yml"),
    *REPOSITORY.glob("*/**/*.odcs.yaml"),
]
TARGETS = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_make_targets_and_modules_are_there(text: Path) -> None:
    commands = text.read_text()
    named = set(re.findall(r"(?:^|`|run: )make ([a-z-]+)", commands, re.MULTILINE))
    modules = set(re.findall(r"python -m ([a-z_.]+[a-z_])", commands))
    assert named <= TARGETS
    assert [module for module in modules if find_spec(module) is None] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_links_lead_to_files(text: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text.read_text()) if text.suffix == ".md" else []
    assert [link for link in links if not (text.parent / link).exists()] == []


def test_mutants_are_tried_by_the_unit_tests() -> None:
    (unit,) = re.findall(r"^UNIT := (.+)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    mutmut = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mutmut"]
    assert mutmut["pytest_add_cli_args"][:2] == ["-m", unit]
