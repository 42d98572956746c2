"""The maintenance flow is deployed everywhere, and has nothing to settle where runs are processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from flows.reconcile import reconcile

pytestmark = pytest.mark.services


def test_a_pool_of_processes_has_no_pods_to_look_at(deploy: Callable[..., None]) -> None:
    """No Kubernetes API is to be had here: asking one would fail."""
    deploy("reconcile/reconcile", pool="processes")
    state = asyncio.run(reconcile("processes", return_state=True))
    assert state.is_completed()
    assert state.message == "0 flow runs looked at, 0 settled"
