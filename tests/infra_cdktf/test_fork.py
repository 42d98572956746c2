"""The same sources under cdktn, the maintained fork: what would change on the day the project moves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra_cdktf import cdktn_synthesis
from tests.infra_cdktf.conftest import VERSION
from tests.infra_cdktf.own_environment import make_environment
from tests.infra_cdktf.plan import Plan

pytestmark = [pytest.mark.infra, pytest.mark.chaos]


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("cdktn")
    programs = make_environment(folder / "venv", "infra-cdktn.txt")
    subprocess.run([programs / "python", cdktn_synthesis.__file__, folder / "out", VERSION], check=True)
    return Plan(folder / "out")


def test_fork_writes_the_same_stacks(plan: Plan, forked: Plan) -> None:
    assert forked.stacks.keys() == plan.stacks.keys()


def test_fork_differs_in_versions_alone(plan: Plan, forked: Plan, record_property: pytest.RecordProperty) -> None:
    differences = {
        f"{path}: {before} -> {after}"
        for stack in plan.stacks
        for path, before, after in _differences(plan.stacks[stack], forked.stacks[stack])
    }
    record_property("differences", sorted(differences))
    assert differences == {
        "////metadata/version: 0.21.0 -> 0.24.0",
        "/terraform/required_providers/azuread/version: 3.7.0 -> 3.10.0",
        "/terraform/required_providers/databricks/version: 1.99.0 -> 1.138.0",
    }


def test_fork_deploys_in_the_same_order(plan: Plan, forked: Plan) -> None:
    assert _dependencies(forked.folder) == _dependencies(plan.folder)


def _dependencies(folder: Path) -> dict[str, set[str]]:
    stacks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    return {name: set(stack["dependencies"]) for name, stack in stacks.items()}


def _differences(before: Any, after: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            difference
            for key in before.keys() | after.keys()
            for difference in _differences(before.get(key), after.get(key), f"{path}/{key}")
        ]
    return [] if before == after else [(path, before, after)]
