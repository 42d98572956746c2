"""Edits of tables and of which columns they have."""

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
    Document,
    Edit,
    add,
    additive,
    at,
    both,
    copy,
    custom,
    drop,
    put,
    readers,
    sources,
)

CHANNEL = {"name": "channel", "logicalType": "string", "classification": "internal"}


def rename_dataset_table(edited: Document) -> None:
    """The table, and what gold's columns say that they are computed from."""
    for column in (column for table in edited["schema"] for column in table["properties"]):
        if "transformSourceObjects" in column:
            column["transformSourceObjects"] = ["returned_products"]
    at(edited, RETURNS_TABLE)["name"] = "returned_products"


def optional_everywhere(name: str) -> Edit:
    return both(
        *(custom(source, "optionalColumns", [name]) for source in (DATABASE, API)),
        custom(FILES, "optionalColumns", ["updated_at", name]),
    )


CASES = [
    Case(
        "the dataset's table is renamed",
        "BaseTable.name",
        RETURNS,
        rename_dataset_table,
        Verdict.BREAKING_FOR_READERS,
        (readers(RETURNS_TABLE, "is called returned_products now"),),
    ),
    Case(
        "a gold table is renamed",
        "BaseTable.name",
        RETURNS,
        put(WEEKLY, name="returns_by_week"),
        Verdict.BREAKING_FOR_READERS,
        (
            readers(WEEKLY, "is gone"),
            additive("schema.returns_by_week", "is new"),
        ),
    ),
    Case(
        "a gold table is taken away",
        "BaseTable.name Contract.tables",
        RETURNS,
        drop(WEEKLY),
        Verdict.BREAKING_FOR_READERS,
        (readers(WEEKLY, "is gone"),),
    ),
    Case(
        "a gold table is added",
        "BaseTable.name Contract.tables",
        RETURNS,
        copy(WEEKLY, name="returns_by_week"),
        Verdict.ADDITIVE,
        (additive("schema.returns_by_week", "is new"),),
    ),
    Case(
        "descriptions are rewritten",
        "BaseTable.description Column.description Contract.details",
        RETURNS,
        both(
            put(WEEKLY, description="a"),
            put(f"{RETURNS_TABLE}.properties.cpf", description="b"),
            put("", description={"purpose": "c"}),
        ),
        Verdict.NONE,
        (),
    ),
    Case(
        "business names are rewritten",
        "BaseTable.business_name Column.business_name",
        RETURNS,
        both(put(WEEKLY, businessName="a"), put(f"{WEEKLY}.properties.pieces", businessName=None)),
        Verdict.NONE,
        (),
    ),
    Case(
        "a column is taken away",
        "BaseTable.columns Column.name",
        PURCHASES,
        both(drop(f"{PURCHASES_TABLE}.properties.product")),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.properties.product", "is gone"),),
    ),
    Case(
        "a column is renamed",
        "BaseTable.columns Column.name",
        PURCHASES,
        put(f"{PURCHASES_TABLE}.properties.product", name="article"),
        Verdict.BREAKING_FOR_BOTH,
        (
            readers(f"{PURCHASES_TABLE}.properties.product", "is gone"),
            sources(
                f"{PURCHASES_TABLE}.properties.article",
                "must be delivered by store-database, customers-api, branch-files",
            ),
            additive(f"{PURCHASES_TABLE}.properties.article", "is new"),
        ),
    ),
    Case(
        "a column is added",
        "BaseTable.columns Column.name",
        PURCHASES,
        add(f"{PURCHASES_TABLE}.properties", **CHANNEL),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.channel",
                "must be delivered by store-database, customers-api, branch-files",
            ),
            additive(f"{PURCHASES_TABLE}.properties.channel", "is new"),
        ),
    ),
    Case(
        "a column is added that no source need have",
        "BaseTable.columns",
        PURCHASES,
        both(add(f"{PURCHASES_TABLE}.properties", **CHANNEL), optional_everywhere("channel")),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.properties.channel", "is new"),),
    ),
    Case(
        "a required column is added that no source need have",
        "BaseTable.columns",
        PURCHASES,
        both(add(f"{PURCHASES_TABLE}.properties", **CHANNEL, required=True), optional_everywhere("channel")),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                f"{PURCHASES_TABLE}.properties.channel",
                "must be delivered by store-database, customers-api, branch-files",
            ),
            additive(f"{PURCHASES_TABLE}.properties.channel", "is new"),
        ),
    ),
    Case(
        "a measure is taken away",
        "BaseTable.columns",
        RETURNS,
        drop(f"{WEEKLY}.properties.resellable_share"),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{WEEKLY}.properties.resellable_share", "is gone"),),
    ),
    Case(
        "a measure is added",
        "BaseTable.columns",
        RETURNS,
        add(
            f"{WEEKLY}.properties",
            name="latest",
            logicalType="date",
            classification="internal",
            transformLogic="max(returned_on)",
        ),
        Verdict.ADDITIVE,
        (additive(f"{WEEKLY}.properties.latest", "is new"),),
    ),
    Case(
        "measures change places",
        "BaseTable.columns",
        RETURNS,
        lambda edited: at(edited, f"{WEEKLY}.properties").reverse(),
        Verdict.ADDITIVE,
        (additive(f"{WEEKLY}.properties", "stand in another order"),),
    ),
    Case(
        "files are clustered otherwise",
        "BaseTable.cluster_by",
        PURCHASES,
        custom(PURCHASES_TABLE, "clusterBy", ["store_location"]),
        Verdict.ADDITIVE,
        (
            additive(
                f"{PURCHASES_TABLE}.customProperties.clusterBy", "was purchase_date, store_location, is store_location"
            ),
        ),
    ),
    Case(
        "the latest version is told otherwise",
        "DatasetTable.latest_by",
        PURCHASES,
        custom(PURCHASES_TABLE, "latestBy", None),
        Verdict.BREAKING_FOR_READERS,
        (readers(f"{PURCHASES_TABLE}.customProperties.latestBy", "was updated_at, is nothing"),),
    ),
    Case(
        "fewer errors let a load be refused",
        "DatasetTable.max_landing_error_ratio",
        PURCHASES,
        custom(PURCHASES_TABLE, "maxLandingErrorRatio", 0.1),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{PURCHASES_TABLE}.customProperties.maxLandingErrorRatio", "was 0.2, is 0.1"),),
    ),
    Case(
        "more errors are borne",
        "DatasetTable.max_landing_error_ratio",
        PURCHASES,
        custom(PURCHASES_TABLE, "maxLandingErrorRatio", 0.3),
        Verdict.ADDITIVE,
        (additive(f"{PURCHASES_TABLE}.customProperties.maxLandingErrorRatio", "was 0.2, is 0.3"),),
    ),
    Case(
        "fewer rejected rows make a run fail",
        "DatasetTable.max_silver_error_ratio",
        PURCHASES,
        custom(PURCHASES_TABLE, "maxSilverErrorRatio", 0.1),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{PURCHASES_TABLE}.customProperties.maxSilverErrorRatio", "was 0.5, is 0.1"),),
    ),
    Case(
        "smaller loads are judged by their errors",
        "DatasetTable.min_rows_for_error_ratio",
        PURCHASES,
        custom(PURCHASES_TABLE, "minRowsForErrorRatio", 2),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{PURCHASES_TABLE}.customProperties.minRowsForErrorRatio", "was 20, is 2"),),
    ),
    Case(
        "the layer is said that is there by default",
        "DatasetTable.layer",
        PURCHASES,
        custom(PURCHASES_TABLE, "layer", "silver"),
        Verdict.NONE,
        (),
    ),
    Case(
        "gold's layer is said that is there by default",
        "GoldTable.layer",
        PURCHASES,
        custom(SALES, "layer", "gold"),
        Verdict.NONE,
        (),
    ),
]
