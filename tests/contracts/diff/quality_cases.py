"""Edits of the rules and checks in `quality`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import (
    PURCHASES,
    PURCHASES_TABLE,
    QUANTITY,
    RETURNS,
    RETURNS_TABLE,
    Case,
    Edit,
    add,
    additive,
    at,
    custom,
    drop,
    put,
    sources,
)


def named_option(word: str, **words: str) -> dict[str, Any]:
    """An entry of `quality` that gives the column's option of that word a name."""
    return {"name": "named", "type": "custom", "engine": "datamaster", "implementation": {"check": word}, **words}


def stores(change: Callable[[list[str]], None]) -> Edit:
    """Change the list of valid stores."""
    return lambda edited: change(
        at(edited, f"{PURCHASES_TABLE}.properties.store_location.quality")[1]["arguments"]["validValues"]
    )


def exchange_first(names: list[str]) -> None:
    names[0] = "Natal"


CASES = [
    Case(
        "an option gets a name",
        "Column.quality Quality.name Quality.implementation Quality.type Quality.engine",
        RETURNS,
        add(f"{QUANTITY}.quality", **named_option("maximum")),
        Verdict.ADDITIVE,
        (additive(f"{RETURNS_TABLE}.properties.quantity", "rule maximum is called named now"),),
    ),
    Case(
        "an option becomes a warning",
        "Quality.severity",
        RETURNS,
        add(f"{QUANTITY}.quality", **named_option("maximum", severity="warning")),
        Verdict.ADDITIVE,
        (
            additive(
                f"{RETURNS_TABLE}.properties.quantity",
                "rule named is looser: was at most 99 (error at silver), is at most 99 (warning at silver)",
            ),
            additive(f"{RETURNS_TABLE}.properties.quantity", "rule maximum is called named now"),
        ),
    ),
    Case(
        "a warning becomes an error",
        "Quality.severity",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.credit_card_number.quality.card_luhn", severity="error"),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.credit_card_number",
                "rule card_luhn is stricter: was a number with a Luhn checksum (warning at silver), "
                "is a number with a Luhn checksum (error at silver)",
            ),
        ),
    ),
    Case(
        "an error becomes a warning",
        "Quality.severity",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.cpf.quality.cpf_valid", severity="warning"),
        Verdict.ADDITIVE,
        (
            additive(
                f"{PURCHASES_TABLE}.properties.cpf",
                "rule cpf_valid is looser: was a CPF (error at silver), is a CPF (warning at silver)",
            ),
        ),
    ),
    Case(
        "a rule holds at landing",
        "Quality.stage",
        PURCHASES,
        custom(f"{PURCHASES_TABLE}.properties.cpf.quality.cpf_valid", "stage", "landing"),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.cpf",
                "rule cpf_valid is stricter: was a CPF (error at silver), is a CPF (error at landing)",
            ),
        ),
    ),
    Case(
        "a date may be no earlier than later",
        "Quality.implementation",
        PURCHASES,
        put(
            f"{PURCHASES_TABLE}.properties.purchase_date.quality.date_plausible",
            implementation={"check": "date_between", "earliest": "2010-01-01", "daysAhead": 1},
        ),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.purchase_date",
                "rule date_plausible is stricter: was from 2000-01-01 to the day of ingestion + 1 (error at silver), "
                "is from 2010-01-01 to the day of ingestion + 1 (error at silver)",
            ),
        ),
    ),
    Case(
        "a date may lie further ahead",
        "Quality.implementation",
        PURCHASES,
        put(
            f"{PURCHASES_TABLE}.properties.purchase_date.quality.date_plausible",
            implementation={"check": "date_between", "earliest": "2000-01-01", "daysAhead": 3},
        ),
        Verdict.ADDITIVE,
        (
            additive(
                f"{PURCHASES_TABLE}.properties.purchase_date",
                "rule date_plausible is looser: was from 2000-01-01 to the day of ingestion + 1 (error at silver), "
                "is from 2000-01-01 to the day of ingestion + 3 (error at silver)",
            ),
        ),
    ),
    Case(
        "a value is no longer valid",
        "Quality.arguments",
        PURCHASES,
        stores(lambda names: names.remove("Recife")),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.store_location", "rule store_known is stricter: no longer takes Recife"
            ),
        ),
    ),
    Case(
        "another value is valid",
        "Quality.arguments",
        PURCHASES,
        stores(lambda names: names.append("Natal")),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.store_location", "rule store_known is looser: also takes Natal"),),
    ),
    Case(
        "one value stands in for another",
        "Quality.arguments",
        PURCHASES,
        stores(exchange_first),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.store_location",
                "rule store_known is stricter: no longer takes São Paulo; also takes Natal",
            ),
        ),
    ),
    Case(
        "a value must be present",
        "Quality.metric",
        PURCHASES,
        add(f"{PURCHASES_TABLE}.properties.product.quality", name="named", metric="missingValues", mustBe=0),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{PURCHASES_TABLE}.properties.product", "rule named is new: present (error at silver)"),),
    ),
    Case(
        "a value must be present that another rule asks for",
        "Quality.metric",
        PURCHASES,
        add(f"{PURCHASES_TABLE}.properties.cpf.quality", name="there", metric="nullValues", mustBe=0),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.cpf", "rule there is new: present (error at silver)"),),
    ),
    Case(
        "a missing value is warned of",
        "Quality.metric",
        PURCHASES,
        add(
            f"{PURCHASES_TABLE}.properties.product.quality",
            name="named",
            metric="missingValues",
            mustBe=0,
            severity="warning",
        ),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.product", "rule named is new: present (warning at silver)"),),
    ),
    Case(
        "a rule is renamed",
        "Quality.name",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.cpf.quality.cpf_valid", name="cpf_digits"),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.cpf", "rule cpf_valid is called cpf_digits now"),),
    ),
    Case(
        "a rule is taken away",
        "Quality.name",
        PURCHASES,
        drop(f"{PURCHASES_TABLE}.properties.cpf.quality.cpf_valid"),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.cpf", "rule cpf_valid is gone: a CPF (error at silver)"),),
    ),
]
