"""Edits of what a column is: type, protection, logic."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import (
    API,
    DATABASE,
    FILES,
    PURCHASES,
    PURCHASES_TABLE,
    RETURNS,
    RETURNS_TABLE,
    SALES,
    WEEKLY,
    Case,
    additive,
    both,
    custom,
    put,
    readers,
    sources,
)

CASES = [
    Case(
        "a column joins the key",
        "Column.primary_key",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.store_location", primaryKey=True, primaryKeyPosition=3),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(
                f"{PURCHASES_TABLE}.properties.primaryKey",
                "was customer_id, purchase_date, is customer_id, purchase_date, store_location",
            ),
        ),
    ),
    Case(
        "the key's columns change places",
        "Column.primary_key_position",
        PURCHASES,
        both(
            put(f"{PURCHASES_TABLE}.properties.customer_id", primaryKeyPosition=2),
            put(f"{PURCHASES_TABLE}.properties.purchase_date", primaryKeyPosition=1),
        ),
        Verdict.NONE,
        (),
    ),
    Case(
        "a key may hold what identifies persons",
        "Column.may_identify_persons",
        PURCHASES,
        custom(f"{PURCHASES_TABLE}.properties.customer_id", "mayIdentifyPersons", True),
        Verdict.ADDITIVE,
        (
            additive(
                f"{PURCHASES_TABLE}.properties.customer_id.customProperties.mayIdentifyPersons", "was False, is True"
            ),
        ),
    ),
    Case(
        "a text becomes a number",
        "Column.logical_type",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.product", logicalType="integer", physicalType="bigint"),
        Verdict.BREAKING_FOR_BOTH,
        (
            readers(f"{PURCHASES_TABLE}.properties.product.physicalType", "was string, is bigint"),
            sources(DATABASE, "product was read as text, is read as 1234.56 of 19 digits, scale 0"),
            sources(API, "product was read as text, is read as 1234.56 of 19 digits, scale 0"),
            sources(FILES, "product was read as text, is read as R$ 1.234,56 of 19 digits, scale 0"),
        ),
    ),
    Case(
        "a measure's type changes",
        "Column.logical_type",
        RETURNS,
        put(f"{WEEKLY}.properties.returns", physicalType="int"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{WEEKLY}.properties.returns.physicalType", "was bigint, is int"),),
    ),
    Case(
        "a whole number gets wider",
        "Column.physical_type",
        RETURNS,
        put(f"{RETURNS_TABLE}.properties.quantity", physicalType="bigint"),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(f"{RETURNS_TABLE}.properties.quantity.physicalType", "was int, is bigint"),
            additive(
                "servers.store-returns",
                "quantity was read as 1234.56 of 10 digits, scale 0, is read as 1234.56 of 19 digits, scale 0",
            ),
            additive(
                "servers.return-files",
                "quantity was read as R$ 1.234,56 of 10 digits, scale 0, is read as R$ 1.234,56 of 19 digits, scale 0",
            ),
        ),
    ),
    Case(
        "a number gets narrower",
        "Column.physical_type",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.total_amount", physicalType="decimal(10,2)"),
        Verdict.BREAKING_FOR_BOTH,
        (
            readers(
                f"{PURCHASES_TABLE}.properties.total_amount.physicalType", "was double of scale 2, is decimal(10,2)"
            ),
            sources(
                DATABASE,
                "total_amount was read as 1234.56 of 12 digits, scale 2, is read as 1234.56 of 8 digits, scale 2",
            ),
            sources(
                API, "total_amount was read as 1234.56 of 12 digits, scale 2, is read as 1234.56 of 8 digits, scale 2"
            ),
            sources(
                FILES,
                "total_amount was read as R$ 1.234,56 of 12 digits, scale 2, "
                "is read as R$ 1.234,56 of 8 digits, scale 2",
            ),
        ),
    ),
    Case(
        "a column is protected more",
        "Column.classification",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.product", classification="personal"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.product.classification", "was internal, is personal"),),
    ),
    Case(
        "a column is protected less",
        "Column.classification",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.last_name", classification="internal"),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.last_name.classification", "was personal, is internal"),),
    ),
    Case(
        "the hash of a column is renamed",
        "Column.encrypted_name",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.cpf", encryptedName="tax_hash"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.cpf.encryptedName", "was cpf_masked, is tax_hash"),),
    ),
    Case(
        "a mask is taken off",
        "Column.masking",
        PURCHASES,
        custom(f"{PURCHASES_TABLE}.properties.email", "masking", None),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.email.customProperties.masking", "was email, is nothing"),),
    ),
    Case(
        "a text is masked",
        "Column.masking",
        PURCHASES,
        custom(f"{PURCHASES_TABLE}.properties.last_name", "masking", "email"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.last_name.customProperties.masking", "was nothing, is email"),),
    ),
    Case(
        "a column is hashed",
        "Column.masking Column.encrypted_name",
        PURCHASES,
        both(
            put(f"{PURCHASES_TABLE}.properties.first_name", encryptedName="first_hash"),
            custom(f"{PURCHASES_TABLE}.properties.first_name", "masking", "keyed_hash"),
        ),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(f"{PURCHASES_TABLE}.properties.first_name.encryptedName", "was nothing, is first_hash"),
            readers(f"{PURCHASES_TABLE}.properties.first_name.customProperties.masking", "was nothing, is keyed_hash"),
        ),
    ),
    Case(
        "a computed column's logic changes",
        "Column.transform_logic",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.high_value_purchase", transformLogic="total_amount > 2000"),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(
                f"{PURCHASES_TABLE}.properties.high_value_purchase.transformLogic",
                "was total_amount > 1000, is total_amount > 2000",
            ),
        ),
    ),
    Case(
        "a computed column's logic is spaced otherwise",
        "Column.transform_logic",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.high_value_purchase", transformLogic="total_amount>1000"),
        Verdict.NONE,
        (),
    ),
    Case(
        "a computed column shall come from the sources",
        "Column.transform_logic",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.high_value_purchase", transformLogic=None),
        Verdict.BREAKING_FOR_BOTH,
        (
            readers(
                f"{PURCHASES_TABLE}.properties.high_value_purchase.transformLogic",
                "was total_amount > 1000, is nothing",
            ),
            sources(
                f"{PURCHASES_TABLE}.properties.high_value_purchase",
                "must be delivered by store-database, customers-api, branch-files",
            ),
        ),
    ),
    Case(
        "a column from the sources shall be computed",
        "Column.transform_logic",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.product", transformLogic="upper(store_location)"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.product.transformLogic", "was nothing, is UPPER(store_location)"),),
    ),
    Case(
        "a measure no longer names its table",
        "Column.transform_source_objects",
        PURCHASES,
        put(f"{SALES}.properties.total_revenue", transformSourceObjects=None),
        Verdict.NONE,
        (),
    ),
]
