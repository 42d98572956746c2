"""The official tool, in its own environment, on the shipped contracts: what it accepts, refuses, and never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.diff.official_tool import OFFLINE, run
from contracts.folder import PACKAGED_CONTRACTS
from tests.contracts.official_tool import EXPORTS, refusals, tool_python

pytestmark = [pytest.mark.infra, pytest.mark.chaos]

CONTRACTS = sorted(PACKAGED_CONTRACTS.glob("*.odcs.yaml"))
RETURNS = PACKAGED_CONTRACTS / "product_returns.odcs.yaml"


@pytest.fixture(scope="module")
def python() -> Path:
    return tool_python()


def edited(folder: Path, old: str, new: str) -> Path:
    text = RETURNS.read_text(encoding="utf-8")
    assert old in text
    file = folder / "edited.odcs.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_every_contract_is_valid_and_can_be_exported(python: Path, tmp_path: Path) -> None:
    assert refusals(python, CONTRACTS, tmp_path) == []

    for kind in EXPORTS:
        assert "weekly_returns" in (tmp_path / f"{RETURNS.name}.{kind}").read_text(encoding="utf-8")


def test_a_refusal_is_told_in_the_tools_own_words(python: Path, tmp_path: Path) -> None:
    file = edited(tmp_path, "domain: retail", "domian: retail")

    lint, *_ = refusals(python, [file], tmp_path)

    assert lint.startswith(f"datacontract lint {OFFLINE}")
    assert "Additional properties are not allowed ('domian' was unexpected)" in lint


def test_a_warning_is_a_refusal_too(python: Path, tmp_path: Path) -> None:
    file = edited(tmp_path, "physicalType: date\n", "physicalType: date\n        colour: green\n")

    (lint,) = refusals(python, [file], tmp_path)

    assert "unknown fields are ignored: 'colour'" in " ".join(lint.split())


def test_the_tool_is_kept_from_reaching_out(python: Path, tmp_path: Path) -> None:
    file = edited(tmp_path, "type: regulation", "type: definition")

    without, with_option = run(python, [["lint", str(file)], ["lint", OFFLINE, str(file)]])

    assert without.status == 1
    assert "must not reach out" in without.text
    assert with_option.status == 0


def test_the_tool_compares_two_contracts(python: Path, tmp_path: Path) -> None:
    file = edited(tmp_path, "name: opened", "name: was_opened")

    changelog, breaking = run(
        python, [[command, OFFLINE, str(RETURNS), str(file)] for command in ("changelog", "breaking")]
    )

    assert "schema.product_returns.properties.was_opened" in changelog.text
    assert (changelog.status, breaking.status) == (0, 1)
