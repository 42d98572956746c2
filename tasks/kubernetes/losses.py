"""How a flow run can be lost, and what is done about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tasks.deadlines import SOURCE_START_SECONDS


class Loss(StrEnum):
    """Why nothing works on a flow run any more."""

    NEVER_SUBMITTED = "never submitted"
    NO_POD = "no pod was made"
    NEVER_SCHEDULED = "never scheduled"
    CANNOT_START = "cannot start"
    EVICTED = "evicted"
    OOM_KILLED = "OOM-killed"
    POD_DELETED = "pod deleted"
    JOB_DELETED = "Job deleted"
    NODE_LOST = "node lost"
    OVERDUE = "overdue"
    SILENT_END = "ended without a word"


RESTARTABLE = frozenset(
    {
        Loss.NEVER_SUBMITTED,
        Loss.NO_POD,
        Loss.NEVER_SCHEDULED,
        Loss.EVICTED,
        Loss.POD_DELETED,
        Loss.NODE_LOST,
        Loss.SILENT_END,
    }
)
"""What another pod may be spared. Not among them: memory and time that did not suffice and an image that is not there
will be so again; and whoever deletes a Job wants it to end."""

MAY_STILL_BEGIN = frozenset({Loss.NO_POD, Loss.NEVER_SCHEDULED, Loss.CANNOT_START, Loss.NODE_LOST})
"""Their Job is removed: else it could come to life after its run was given up, or beside the restarted one."""


@dataclass(frozen=True)
class Patience:
    """How long something may look lost before it is."""

    submitted: timedelta = timedelta(minutes=5)
    """From a worker's claim of the run to a Job."""
    started: timedelta = timedelta(seconds=SOURCE_START_SECONDS + 60)
    """From the Job to a running pod: a new node, a large image. The worker, which waits a minute less, has said its
    word by then: said later, it would hit the restarted run."""
    image: timedelta = timedelta(minutes=5)
    """From the pod to its image or configuration: the registry may be slow to let a new node in."""
    settled: timedelta = timedelta(minutes=1)
    """From the end of the pod to the word of it in Prefect."""
    stopped: timedelta = timedelta(minutes=5)
    """From when a deleted pod should have been gone."""


@dataclass(frozen=True)
class Policy:
    """Which runs are started again, how often, and with how much patience all are looked at."""

    restarted_flows: frozenset[str] = frozenset({"ingest", "lakehouse"})
    """Flows whose runs may be started again at any point. Not the maintenance flows: their schedule does it."""
    most_restarts: int = 2
    restart_delay: timedelta = timedelta(minutes=1)
    """Before the first restart; twice as long before each other one."""
    patience: Patience = Patience()
