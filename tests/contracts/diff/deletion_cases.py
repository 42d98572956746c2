"""Edits of how a source tells what was deleted."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import DATABASE, PURCHASES, Case, additive, both, custom, sources

CASES = [
    Case(
        "a table marks what is deleted",
        "DatabaseSource.deleted_when",
        PURCHASES,
        custom(DATABASE, "deletedWhen", {"field": "status", "values": ["D"]}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{DATABASE}.customProperties.deletedWhen",
                "was the default, is {field: status, values: [D]}",
            ),
        ),
    ),
    Case(
        "what is gone from a table is looked for",
        "DatabaseSource.snapshot DatabaseSource.max_deleted_ratio",
        PURCHASES,
        both(custom(DATABASE, "snapshot", "daily"), custom(DATABASE, "maxDeletedRatio", 0.5)),
        Verdict.ADDITIVE,
        (
            additive(f"{DATABASE}.customProperties.snapshot", "was the default, is daily"),
            additive(f"{DATABASE}.customProperties.maxDeletedRatio", "was the default, is 0.5"),
        ),
    ),
]
