"""Edits of the rules that the standard's own words stand for: `required`, `unique`, `logicalTypeOptions`."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import (
    API,
    DATABASE,
    FILES,
    PURCHASES,
    PURCHASES_TABLE,
    QUANTITY,
    RETURNS,
    RETURNS_TABLE,
    Case,
    additive,
    put,
    readers,
    sources,
)

CASES = [
    Case(
        "a column becomes required",
        "Column.required",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.product", required=True),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{PURCHASES_TABLE}.properties.product", "rule required is new: present (error at landing)"),),
    ),
    Case(
        "a column is no longer required, but another rule refuses a missing value",
        "Column.required",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.cpf", required=None),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.cpf", "rule required is gone: present (error at landing)"),),
    ),
    Case(
        "a column is no longer required",
        "Column.required",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.product", required=False),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(f"{RETURNS_TABLE}.properties.product", "was always present, may be missing"),
            additive(f"{RETURNS_TABLE}.properties.product", "rule required is gone: present (error at landing)"),
        ),
    ),
    Case(
        "a column must be unique",
        "Column.unique",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.return_id", unique=True),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.quality", "check return_id: unique is new: duplicateValues mustBe 0 (error at silver)"
            ),
        ),
    ),
    Case(
        "a limit gets narrower",
        "Column.logical_type_options LogicalTypeOptions.maximum",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"minimum": 1, "maximum": 9}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule maximum is stricter: was at most 99 (error at silver), is at most 9 (error at silver)",
            ),
        ),
    ),
    Case(
        "a limit gets wider",
        "LogicalTypeOptions.maximum",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"minimum": 1, "maximum": 999}),
        Verdict.ADDITIVE,
        (
            additive(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule maximum is looser: was at most 99 (error at silver), is at most 999 (error at silver)",
            ),
        ),
    ),
    Case(
        "one limit gets wider, another narrower",
        "LogicalTypeOptions.minimum",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"minimum": 0, "maximum": 9}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule maximum is stricter: was at most 99 (error at silver), is at most 9 (error at silver)",
            ),
            additive(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule minimum is looser: was at least 1 (error at silver), is at least 0 (error at silver)",
            ),
        ),
    ),
    Case(
        "a limit becomes exclusive",
        "LogicalTypeOptions.exclusive_minimum",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"exclusiveMinimum": 1, "maximum": 99}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule exclusiveMinimum is stricter: was at least 1 (error at silver), is above 1 (error at silver)",
            ),
            additive(f"{RETURNS_TABLE}.properties.quantity", "rule minimum is called exclusiveMinimum now"),
        ),
    ),
    Case(
        "a limit becomes exclusive, and wider",
        "LogicalTypeOptions.exclusive_maximum",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"minimum": 1, "exclusiveMaximum": 100}),
        Verdict.ADDITIVE,
        (
            additive(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule exclusiveMaximum is looser: was at most 99 (error at silver), is below 100 (error at silver)",
            ),
            additive(f"{RETURNS_TABLE}.properties.quantity", "rule maximum is called exclusiveMaximum now"),
        ),
    ),
    Case(
        "a whole number must be a multiple",
        "LogicalTypeOptions.multiple_of",
        RETURNS,
        put(QUANTITY, logicalTypeOptions={"minimum": 1, "maximum": 99, "multipleOf": 2}),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{RETURNS_TABLE}.properties.quantity", "rule multipleOf is new: a multiple of 2 (error at silver)"),),
    ),
    Case(
        "a number has fewer decimals",
        "LogicalTypeOptions.multiple_of",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.total_amount", logicalTypeOptions={"minimum": 0, "multipleOf": 0.1}),
        Verdict.BREAKING_FOR_BOTH,
        (
            readers(
                f"{PURCHASES_TABLE}.properties.total_amount.physicalType", "was double of scale 2, is double of scale 1"
            ),
            sources(
                DATABASE,
                "total_amount was read as 1234.56 of 12 digits, scale 2, is read as 1234.56 of 12 digits, scale 1",
            ),
            sources(
                API, "total_amount was read as 1234.56 of 12 digits, scale 2, is read as 1234.56 of 12 digits, scale 1"
            ),
            sources(
                FILES,
                "total_amount was read as R$ 1.234,56 of 12 digits, scale 2, "
                "is read as R$ 1.234,56 of 12 digits, scale 1",
            ),
        ),
    ),
    Case(
        "a text must be shorter",
        "LogicalTypeOptions.max_length",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.reason", logicalTypeOptions={"maxLength": 100}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.reason",
                "rule maxLength is stricter: was 0 to 200 characters (error at silver), "
                "is 0 to 100 characters (error at silver)",
            ),
        ),
    ),
    Case(
        "a text must have a length",
        "LogicalTypeOptions.min_length",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.reason", logicalTypeOptions={"maxLength": 200, "minLength": 3}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.reason", "rule minLength is new: 3 characters or more (error at silver)"
            ),
        ),
    ),
    Case(
        "a text may have any length",
        "LogicalTypeOptions.max_length",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.reason", logicalTypeOptions=None),
        Verdict.ADDITIVE,
        (
            additive(
                f"{RETURNS_TABLE}.properties.reason", "rule maxLength is gone: 0 to 200 characters (error at silver)"
            ),
        ),
    ),
    Case(
        "a text must match another pattern",
        "LogicalTypeOptions.pattern",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.return_id", logicalTypeOptions={"pattern": "^LJ"}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.return_id",
                "rule pattern is stricter: was like ^(?:(?:\\x{4C}\\x{4A}|\\x{54}\\x{52}))"
                "\\x{2D}(?:[\\x{30}-\\x{39}]){10}\\z (error at silver), is like ^\\x{4C}\\x{4A} (error at silver)",
            ),
        ),
    ),
    Case(
        "a text must have a format",
        "LogicalTypeOptions.format",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.reason", logicalTypeOptions={"maxLength": 200, "format": "uuid"}),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{RETURNS_TABLE}.properties.reason",
                "rule format is new: like ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ (error at silver)",
            ),
        ),
    ),
    Case(
        "a date declares a format that one source takes over",
        "LogicalTypeOptions.format",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.returned_on", logicalTypeOptions={"format": "M/d/yyyy"}),
        Verdict.BREAKING_FOR_SOURCES,
        (sources("servers.store-returns", "returned_on was read as yyyy-MM-dd, is read as M/d/yyyy"),),
    ),
]
