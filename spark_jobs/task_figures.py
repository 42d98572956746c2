"""What a task found out, before the time it took is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.job_report import MadeAnew, TransformedRows

RowsByRule = dict[str, dict[str, int]]
"""Number of rows by source and rule label."""

SamplesByRule = dict[str, dict[str, tuple[str, ...]]]
"""Shapes of rejected values by source and rule label."""


@dataclass(frozen=True, kw_only=True)
class TaskFigures:
    """A task's rows by source in this run and in total, broken rules by source, and versions of its tables.

    `samples` are shapes of rejected values by source and rule label. `warned_checks` are the checks of whole tables
    that fail with severity `warning`, and what was counted, by label.
    `files_before_and_after` are the numbers of files of each table that upkeep went over, `made_anew` the tables that
    were made anew, each beside what it held.
    """

    run: dict[str, TransformedRows] = field(default_factory=dict)
    total: dict[str, TransformedRows] = field(default_factory=dict)
    rejected_by_rule: RowsByRule = field(default_factory=dict)
    warned_by_rule: RowsByRule = field(default_factory=dict)
    samples: SamplesByRule = field(default_factory=dict)
    warned_checks: dict[str, str] = field(default_factory=dict)
    table_versions: dict[str, int] = field(default_factory=dict)
    groups_changed: int = 0
    files_before_and_after: dict[str, tuple[int, int]] = field(default_factory=dict)
    made_anew: dict[str, MadeAnew] = field(default_factory=dict)
