"""What a decision about a flow run is made from, and nothing else. All times are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    """The states in which a flow run can be lost, by Prefect's types."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    CRASHED = "CRASHED"


@dataclass(frozen=True)
class TrackedRun:
    """A flow run of the work pool that Prefect takes for going on, or for crashed a short while ago."""

    id: str
    name: str
    flow: str
    state: RunState
    state_id: str
    since: datetime
    message: str
    has_infrastructure: bool
    """Whether a worker has made a Job of it, ever."""
    restarts: int = 0
    restarted_at: datetime | None = None


@dataclass(frozen=True)
class PodFacts:
    """The pod of a Job, in its own words."""

    name: str
    phase: str
    created_at: datetime
    gone_at: datetime | None = None
    """When a deleted pod should have been gone."""
    reason: str = ""
    message: str = ""
    unschedulable: str = ""
    waiting_reason: str = ""
    waiting_message: str = ""
    terminated_reason: str = ""
    exit_code: int | None = None

    @property
    def lives(self) -> bool:
        """Whether its process is at work, and nobody has asked it to stop."""
        return self.phase == "Running" and self.gone_at is None and self.exit_code is None


@dataclass(frozen=True)
class JobFacts:
    """A Job with its newest pod, if one is left."""

    name: str
    created_at: datetime
    version: str = ""
    """Another one after any change, such as its pod's start."""
    ended_at: datetime | None = None
    failed_reason: str = ""
    failed_message: str = ""
    warning: str = ""
    """The last event that says why it has no pod."""
    pod: PodFacts | None = None
