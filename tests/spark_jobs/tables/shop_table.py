"""A table made by hand."""

from __future__ import annotations

from contracts.columns import Classification
from contracts.lake_terms import Layer
from spark_jobs.tables.columns import TableColumn
from spark_jobs.tables.lakehouse import Table

TABLE = Table(
    catalog="main",
    layer=Layer.SILVER,
    name="purchases",
    location="abfss://silver@lake.dfs.core.windows.net/purchases",
    description="The shop's purchases.",
    columns=(
        TableColumn("customer_id", "string", "Who."),
        TableColumn("email", "string", "Where to.", Classification.PERSONAL),
        TableColumn("paid", "boolean", "Whether."),
    ),
    clustering=("customer_id",),
    definition={"key": "customer_id"},
)
