"""Turns a source's run and the loads it committed into the facts that the summary shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tasks.landed import rows_of
from tasks.manifests import Manifest
from tasks.run_facts import LandedFile, SourceOutcome, SourceState


def source_outcome(name: str, loads: Sequence[Manifest], failure: str | None, seconds: float) -> SourceOutcome:
    """The outcome of a source whose run committed these loads and, if it failed, failed with that message."""
    rows = rows_of(loads)
    by_rule: Counter[str] = Counter()
    for load in loads:
        by_rule.update(load.quarantined_by_rule)
    files = tuple(LandedFile(name=file.name, rows=file.rows, bytes=file.bytes) for load in loads for file in load.files)
    return SourceOutcome(
        name=name,
        state=_state(failure, loads),
        message=failure or "",
        seconds=seconds,
        extracted=rows.extracted,
        landed=rows.landed,
        quarantined=rows.quarantined,
        quarantined_by_rule=dict(by_rule),
        files=files,
    )


def _state(failure: str | None, loads: Sequence[Manifest]) -> SourceState:
    if failure is not None:
        return SourceState.FAILED
    return SourceState.LANDED if loads else SourceState.NOTHING_NEW
