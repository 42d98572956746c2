"""Turns a source's run and the loads it committed into the facts that the summary shows."""

from __future__ import annotations

from collections import Counter

from tasks.landed import LandedLoads
from tasks.run_facts import LandedFile, SourceOutcome, SourceState


def source_outcome(name: str, landed: LandedLoads, failure: str | None, seconds: float) -> SourceOutcome:
    """The outcome of a source whose run committed these loads and, if it failed, failed with that message."""
    loads, rows = landed.loads, landed.rows
    by_rule: Counter[str] = Counter()
    for load in loads:
        by_rule.update(load.quarantined_by_rule)
    files = tuple(LandedFile(name=file.name, rows=file.rows, bytes=file.bytes) for load in loads for file in load.files)
    return SourceOutcome(
        name=name,
        state=_state(failure, landed),
        message=failure or "",
        seconds=seconds,
        extracted=rows.extracted,
        landed=rows.landed,
        quarantined=rows.quarantined,
        quarantined_by_rule=dict(by_rule),
        files=files,
    )


def _state(failure: str | None, landed: LandedLoads) -> SourceState:
    if failure is not None:
        return SourceState.FAILED
    return SourceState.LANDED if landed.loads else SourceState.NOTHING_NEW
