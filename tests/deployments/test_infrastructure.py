"""Plans are made, shown and applied by the real Terraform, on stacks of its built-in provider."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blocks.images import REPOSITORY
from deployments.infrastructure import stacks_in_order
from deployments.plan_summary import DEEDS, markdown, stack_changes

NAMES = ("datamaster-dev-platform", "datamaster-dev-network", "datamaster-pre-network", "datamaster-state")
needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform on the PATH")


@pytest.fixture
def synthesized(tmp_path: Path) -> Path:
    """As `make synth` writes it: dev's platform needs its network, and both hold one resource."""
    dependencies = {NAMES[0]: [NAMES[1]]}
    stacks = {name: {"dependencies": dependencies.get(name, [])} for name in NAMES}
    (tmp_path / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    for name in NAMES:
        write_stack(tmp_path, name, "first")
    return tmp_path


def write_stack(folder: Path, name: str, value: str) -> None:
    stack = folder / "stacks" / name
    stack.mkdir(parents=True, exist_ok=True)
    document = {
        "resource": {"terraform_data": {"one": {"input": value}}},
        "output": {"lake_url": {"value": "${terraform_data.one.output}"}, "key": {"value": "x", "sensitive": True}},
    }
    (stack / "cdk.tf.json").write_text(json.dumps(document))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = ["--synthesized", str(folder), "--plans", str(folder / "plans")]
    command = [sys.executable, "-m", "deployments.infrastructure", *arguments, *places]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_a_stack_comes_after_those_it_takes_values_from(synthesized: Path) -> None:
    assert stacks_in_order(synthesized, "dev", []) == ["datamaster-dev-network", "datamaster-dev-platform"]
    assert stacks_in_order(synthesized, "dev", ["platform"]) == ["datamaster-dev-platform"]
    with pytest.raises(ValueError, match="dev has no stack lake: it has network, platform"):
        stacks_in_order(synthesized, "dev", ["lake"])


def test_nothing_synthesized_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="make synth writes it"):
        stacks_in_order(tmp_path, "dev", [])


@needs_terraform
def test_what_was_planned_is_applied_and_then_nothing_is_left(synthesized: Path) -> None:
    planned = run(synthesized, "plan", "dev")
    assert planned.returncode == 0, planned.stderr
    assert "- created: `terraform_data.one`" in planned.stdout
    write_stack(synthesized, "datamaster-dev-network", "edited after the approval")
    assert run(synthesized, "apply", "dev").returncode == 0
    found = json.loads(run(synthesized, "outputs", "dev", "--stacks", "network").stdout)
    assert found == {"datamaster-dev-network": {"lake_url": "first"}}
    left = run(synthesized, "plan", "dev", "--expect-none")
    assert left.returncode == 3
    assert "| datamaster-dev-network | 0 | 1 | 0 | 0 | 0 | 0 |" in left.stdout
    assert "| datamaster-dev-platform | 0 | 0 | 0 | 0 | 0 | 0 |" in left.stdout


@needs_terraform
def test_destroying_goes_the_other_way_round_and_a_stale_plan_is_refused(synthesized: Path) -> None:
    run(synthesized, "plan", "dev")
    run(synthesized, "apply", "dev")
    stale = run(synthesized, "apply", "dev")
    assert stale.returncode == 1
    assert "infrastructure: datamaster-dev-network: terraform apply failed" in stale.stderr
    planned = run(synthesized, "plan", "dev", "--destroy")
    rows = [line for line in planned.stdout.splitlines() if line.startswith("| datamaster")]
    assert [row.split()[1] for row in rows] == ["datamaster-dev-platform", "datamaster-dev-network"]
    assert "- destroyed: `terraform_data.one`" in planned.stdout
    assert run(synthesized, "apply", "dev").returncode == 0
    assert json.loads(run(synthesized, "outputs", "dev").stdout) == {name: {} for name in reversed(NAMES[:2])}


@pytest.mark.parametrize(
    ("actions", "deed"),
    [
        (["create"], "created"),
        (["update"], "changed"),
        (["delete", "create"], "replaced"),
        (["create", "delete"], "replaced"),
        (["delete"], "destroyed"),
        (["forget"], "forgotten"),
        (["no-op"], None),
        (["read"], None),
    ],
)
def test_every_action_of_a_plan_has_its_word(actions: list[str], deed: str | None) -> None:
    plan = {"resource_changes": [{"address": "a.b", "change": {"actions": actions, "after": {"secret": "s3cret"}}}]}
    changes = stack_changes("lake", plan)
    assert {word: found for word, found in changes.addresses.items() if found} == ({deed: ("a.b",)} if deed else {})
    assert changes.is_empty == (deed is None)
    assert "s3cret" not in markdown([changes])


def test_what_changed_outside_is_drift() -> None:
    changes = stack_changes("lake", {"resource_drift": [{"address": "a.b", "change": {"actions": ["update"]}}]})
    assert not changes.is_empty
    assert f"- {DEEDS[-1]}: `a.b`" in markdown([changes])


def test_an_unknown_action_is_no_plan() -> None:
    plan = {"resource_changes": [{"address": "a.b", "change": {"actions": ["teleport"]}}]}
    with pytest.raises(ValueError, match=r"lake: a\.b: unknown actions teleport"):
        stack_changes("lake", plan)
