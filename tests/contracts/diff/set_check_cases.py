"""Edits of the checks of whole tables and loads."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import RETURNS, RETURNS_TABLE, WEEKLY, Case, add, additive, drop, put, sources

CASES = [
    Case(
        "a check of the table becomes an error",
        "BaseTable.quality",
        RETURNS,
        put(f"{RETURNS_TABLE}.quality.some_returns", severity="error"),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.quality",
                "check some_returns is stricter: was rowCount mustBeGreaterThan 0 (warning at silver), "
                "is rowCount mustBeGreaterThan 0 (error at silver)",
            ),
        ),
    ),
    Case(
        "a check of the table is added",
        "BaseTable.quality",
        RETURNS,
        add(f"{RETURNS_TABLE}.quality", name="few", metric="rowCount", mustBeLessThan=1000),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{RETURNS_TABLE}.quality", "check few is new: rowCount mustBeLessThan 1000 (error at silver)"),),
    ),
    Case(
        "a check of the table is taken away",
        "BaseTable.quality",
        RETURNS,
        drop(f"{RETURNS_TABLE}.quality.some_returns"),
        Verdict.ADDITIVE,
        (
            additive(
                f"{RETURNS_TABLE}.quality",
                "check some_returns is gone: rowCount mustBeGreaterThan 0 (warning at silver)",
            ),
        ),
    ),
    Case(
        "a rule in words alone is added",
        "BaseTable.quality",
        RETURNS,
        add(f"{RETURNS_TABLE}.quality", name="text", type="text", description="said"),
        Verdict.NONE,
        (),
    ),
    Case(
        "a check of a computed column is added",
        "Column.quality",
        RETURNS,
        put(f"{WEEKLY}.properties.pieces", logicalTypeOptions={"minimum": 1}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{WEEKLY}.quality",
                "check pieces: minimum is new: invalidValues (at least 1) mustBe 0 (error at silver)",
            ),
        ),
    ),
]
