"""A deployment's run is started once and followed to its end, also by a Prefect that is busy now and then."""

from __future__ import annotations

import json

import pytest

from sandbox.errors import PartError
from sandbox.flow_runs import run_deployment
from tests.tasks.scripted_api import answer, serve

BUSY = answer({"exception_message": "Service Unavailable"}, 503)
DEPLOYMENT, STARTED, NOTHING = answer({"id": "d"}), answer({"id": "r", "name": "calm-owl"}), answer([])
COMPLETED = answer({"state_type": "COMPLETED", "state": {"message": "all done"}})


def test_a_busy_prefect_is_asked_again_and_starts_one_run() -> None:
    with serve(BUSY, DEPLOYMENT, BUSY, STARTED, BUSY, COMPLETED, NOTHING, NOTHING) as prefect:
        ended = run_deployment(prefect.url, "lakehouse/returns", {"backfill": True}, lambda: None)
    assert (ended.flow_run_id, ended.completed, ended.message) == ("r", True, "all done")
    first, again = (json.loads(body) for body in prefect.bodies[:2])
    assert first == again
    assert first["parameters"] == {"backfill": True}


def test_what_prefect_refuses_is_not_asked_again() -> None:
    with serve(answer({"detail": "Deployment not found"}, 404)) as prefect, pytest.raises(PartError, match="404"):
        run_deployment(prefect.url, "lakehouse/returns", {}, lambda: None)
    assert len(prefect.paths) == 1
