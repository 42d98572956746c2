"""Every way in which a pod leaves its flow run, on the real API, beside the real worker; then one look at them all."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tasks.kubernetes.reconciliation import Outcome
from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.lost_runs import SHORT, LostRuns
from tests.kubernetes.node.stand_in import NodeStandIn
from tests.kubernetes.prefect_api import PrefectApi

pytestmark = pytest.mark.kubernetes

NO_SUCH_IMAGE = "registry.invalid/gone:1.0.0"
LOW_MEMORY = "The node was low on resource: memory."
LATE_NODE = "tests/late"
"""Label that the flow node gets only after the worker has given up waiting for it."""


@pytest.fixture(scope="module")
def lost(
    workers: Cluster, node: NodeStandIn, prefect: PrefectApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LostRuns]:
    """Runs to which all of it has happened, so long ago that it is settled; one is healthy."""
    lost = LostRuns(workers, node, prefect, tmp_path_factory.mktemp("lost"))
    node.machine.missing_images.add(NO_SUCH_IMAGE)
    lost.start("never submitted")
    prefect(
        "POST", f"/flow_runs/{lost.runs['never submitted']}/set_state", {"state": {"type": "PENDING"}, "force": True}
    )
    lost.start("never scheduled", node_selector={"no": "such-node"})
    lost.start("late node", node_selector={LATE_NODE: "yes"}, pod_watch_timeout_seconds=2)
    lost.start("no image", image=NO_SUCH_IMAGE)
    lost.start("no pod", memory="20Gi")
    lost.start("overdue", active_deadline_seconds=1, node_selector={"no": "such-node"})
    lost.start("evicted", "again")
    lost.start("pod deleted", "again")
    for name in ("out of memory", "job deleted", "silent end", "node lost", "healthy", "broken watch"):
        lost.start(name)
    _let_it_happen(lost)
    time.sleep(max(SHORT.settled, SHORT.stopped, SHORT.started).total_seconds())
    yield lost
    lost.end_file.touch()


def _let_it_happen(lost: LostRuns) -> None:
    lost.running_pod("evicted").evict(LOW_MEMORY)
    lost.running_pod("out of memory").kill_out_of_memory()
    lost.delete_pod("pod deleted")
    assert lost.running_pod("healthy").process_id
    assert lost.running_pod("broken watch").process_id
    # What a worker does whose watch breaks: it reports the run as crashed, with no word about the pod.
    crashed = {"type": "CRASHED", "message": "Flow run infrastructure exited with non-zero status code -1."}
    lost.prefect("POST", f"/flow_runs/{lost.runs['broken watch']}/set_state", {"state": crashed})
    lost.wait("late node", "CRASHED")
    lost.cluster.kubectl("label", "node", "flows-0", f"{LATE_NODE}=yes")
    for name in ("job deleted", "silent end", "node lost", "late node"):
        assert lost.running_pod(name)
    lost.kill_workers()
    lost.running_pod("node lost").silent.set()
    lost.delete_pod("node lost", "--grace-period=1")
    lost.kill_without_a_word("silent end")
    lost.kill_without_a_word("job deleted")
    lost.cluster.kubectl("delete", "job", lost.wait_for_job("job deleted"), "-n", "prefect")
    for name in ("evicted", "out of memory", "pod deleted", "silent end", "overdue"):
        lost.wait_for_end(name)


@pytest.fixture(scope="module")
def first_look(lost: LostRuns) -> Outcome:
    return lost.look()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("never submitted", "Lost: never submitted"),
        ("never scheduled", "Lost: never scheduled (0/2 nodes are available: "),
        ("no image", f'Lost: cannot start (ImagePullBackOff: Back-off pulling image "{NO_SUCH_IMAGE}")'),
        ("no pod", "Lost: no pod was made (Error creating: pods "),
        ("overdue", "Lost: overdue (Job was active longer than specified deadline)"),
        ("out of memory", "Lost: OOM-killed (it needed more memory than its deployment gives it)"),
        ("job deleted", "Lost: Job deleted"),
        ("silent end", "Lost: ended without a word (exit status 137)"),
        ("node lost", "Lost: node lost"),
    ],
)
def test_lost_run_is_crashed_with_its_pod_s_reason(
    lost: LostRuns, first_look: Outcome, name: str, message: str
) -> None:
    state, told = lost.state(name)
    assert state == "CRASHED", first_look
    assert told.startswith(message)


def test_healthy_run_is_not_touched(lost: LostRuns, first_look: Outcome) -> None:
    assert lost.runs["healthy"] not in [settled.flow_run_id for settled in first_look.settled]
    assert lost.history("healthy") == ["Scheduled", "Pending", "Running"]


def test_run_reported_as_crashed_whose_pod_goes_on_is_set_running(lost: LostRuns, first_look: Outcome) -> None:
    assert lost.runs["broken watch"] in [settled.flow_run_id for settled in first_look.settled]
    assert lost.history("broken watch") == ["Scheduled", "Pending", "Running", "Crashed", "Running"]


def test_run_that_began_after_its_worker_had_given_it_up_is_not_touched(lost: LostRuns, first_look: Outcome) -> None:
    assert lost.runs["late node"] not in [settled.flow_run_id for settled in first_look.settled]
    assert lost.history("late node") == ["Scheduled", "Pending", "Crashed", "Running"]


@pytest.mark.parametrize("name", ["never scheduled", "no image", "no pod", "node lost"])
def test_what_might_still_begin_is_removed(lost: LostRuns, first_look: Outcome, name: str) -> None:
    assert first_look.settled
    assert lost.jobs(name) == []


def test_second_look_finds_nothing_more(lost: LostRuns, first_look: Outcome) -> None:
    settled = {one.flow_run_id for one in first_look.settled}
    assert settled.isdisjoint(one.flow_run_id for one in lost.look().settled)


@pytest.mark.parametrize(("name", "reason"), [("evicted", f"evicted ({LOW_MEMORY})"), ("pod deleted", "pod deleted")])
def test_lost_run_is_started_again_and_completes(lost: LostRuns, first_look: Outcome, name: str, reason: str) -> None:
    assert lost.runs[name] in [settled.flow_run_id for settled in first_look.settled if settled.restarted]
    lost.end_file.touch()
    lost.wait(name, "COMPLETED")
    states = lost.prefect.states(lost.runs[name])
    told = [(state["name"], state["message"]) for state in states]
    assert ("Crashed", f"Lost: {reason}") in told
    assert ("AwaitingRetry", f"Restart 1 of 1. Lost: {reason}") in told
    assert len(lost.jobs(name)) == 2


@pytest.mark.parametrize("name", ["healthy", "broken watch", "late node"])
def test_run_that_was_never_lost_completes(lost: LostRuns, first_look: Outcome, name: str) -> None:
    assert first_look.looked_at
    lost.end_file.touch()
    lost.wait(name, "COMPLETED")
