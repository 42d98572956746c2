"""How many evaluated rows there are of each kind: one pass that answers every question about their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from spark_jobs.books import Rows
from spark_jobs.columns import BROKEN_RULES, SOURCE
from spark_jobs.silver import BROKEN_WARNINGS
from spark_jobs.task_figures import RowsByRule

COMMIT_VERSION = "_commit_version"


@dataclass(frozen=True)
class Kind:
    """Rows of one source, brought by one version of bronze, that break the same rules and warnings."""

    version: int
    source: str
    broken_rules: tuple[str, ...]
    broken_warnings: tuple[str, ...]
    rows: int


def census(evaluated_rows: DataFrame) -> list[Kind]:
    """The kinds of the rows (`spark_jobs.silver.evaluated`, with bronze's `_commit_version`) and their numbers."""
    kinds = evaluated_rows.groupBy(COMMIT_VERSION, SOURCE.name, BROKEN_RULES.name, BROKEN_WARNINGS).count()
    return [
        Kind(version, source, tuple(broken), tuple(warned), number)
        for version, source, broken, warned, number in kinds.collect()
    ]


def after(kinds: Sequence[Kind], version: int) -> list[Kind]:
    """The kinds of rows that came after that version of bronze."""
    return [kind for kind in kinds if kind.version > version]


def rejected_rows_by_source(kinds: Sequence[Kind]) -> Rows:
    """Rows of each source that break a rule."""
    rows: Counter[str] = Counter()
    for kind in kinds:
        if kind.broken_rules:
            rows[kind.source] += kind.rows
    return dict(rows)


def rejected_rows_by_rule(kinds: Sequence[Kind]) -> RowsByRule:
    """Rows of each source by the rules they break; a row counts once for each."""
    return _by_label([(kind.source, kind.broken_rules, kind.rows) for kind in kinds])


def warned_rows_by_rule(kinds: Sequence[Kind]) -> RowsByRule:
    """Rows of each source by the warnings they earn, whether they are valid or not."""
    return _by_label([(kind.source, kind.broken_warnings, kind.rows) for kind in kinds])


def _by_label(counts: Sequence[tuple[str, tuple[str, ...], int]]) -> RowsByRule:
    rows: dict[str, Counter[str]] = {}
    for source, labels, number in counts:
        for label in labels:
            rows.setdefault(source, Counter())[label] += number
    return {source: dict(sorted(by_label.items())) for source, by_label in sorted(rows.items())}
