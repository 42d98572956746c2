"""How many evaluated rows there are of each kind, all counted in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from spark_jobs.silver.evaluation import BROKEN_WARNINGS
from spark_jobs.tables.books import RowsBySource
from spark_jobs.tables.columns import BROKEN_RULES, SOURCE
from spark_jobs.tables.delta import COMMIT_VERSION
from spark_jobs.task_figures import RowsByRule


@dataclass(frozen=True)
class RowCount:
    """Rows of one source, brought by one version of bronze, that break the same rules and warnings."""

    version: int
    source: str
    broken_rules: tuple[str, ...]
    broken_warnings: tuple[str, ...]
    rows: int


def count_rows(evaluated_rows: DataFrame) -> list[RowCount]:
    """The numbers of rows (`spark_jobs.silver.evaluation.evaluated`, with bronze's `_commit_version`), kind by kind."""
    kinds = evaluated_rows.groupBy(COMMIT_VERSION, SOURCE.name, BROKEN_RULES.name, BROKEN_WARNINGS).count()
    return [
        RowCount(version, source, tuple(broken), tuple(warned), number)
        for version, source, broken, warned, number in kinds.collect()
    ]


def after(counts: Sequence[RowCount], version: int) -> list[RowCount]:
    """The counts of rows that came after that version of bronze."""
    return [count for count in counts if count.version > version]


def rejected_rows_by_source(counts: Sequence[RowCount]) -> RowsBySource:
    """Rows of each source that break a rule."""
    rows: Counter[str] = Counter()
    for count in counts:
        if count.broken_rules:
            rows[count.source] += count.rows
    return dict(rows)


def valid_row_count(counts: Sequence[RowCount]) -> int:
    """Rows that break no rule."""
    return sum(count.rows for count in counts if not count.broken_rules)


def rejected_rows_by_rule(counts: Sequence[RowCount]) -> RowsByRule:
    """Rows of each source by the rules they break; a row counts once for each."""
    return _by_label([(count.source, count.broken_rules, count.rows) for count in counts])


def warned_rows_by_rule(counts: Sequence[RowCount]) -> RowsByRule:
    """Rows of each source by the warnings they earn, whether they are valid or not."""
    return _by_label([(count.source, count.broken_warnings, count.rows) for count in counts])


def _by_label(counts: Sequence[tuple[str, tuple[str, ...], int]]) -> RowsByRule:
    rows: dict[str, Counter[str]] = {}
    for source, labels, number in counts:
        for label in labels:
            rows.setdefault(source, Counter())[label] += number
    return {source: dict(sorted(by_label.items())) for source, by_label in sorted(rows.items())}
