"""The dashboard that analysts open: sales by store and month, share of high-value purchases, and freshness."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.dashboard import Dashboard
from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl
from constructs import Construct

from contracts.model import GoldTable, Layer
from infra_cdktf.dashboard_layout import bar_chart, counter, dataset, line_chart, page
from infra_cdktf.problems import InvalidSettings

STORE, MONTH = "store_location", "purchase_month"
PURCHASES, REVENUE, HIGH_VALUE = "total_purchases", "total_revenue", "high_value_purchases"
SHOWN = (STORE, MONTH, PURCHASES, REVENUE, HIGH_VALUE)
FOLDER = "/Shared/Data Master"


@dataclass(frozen=True, kw_only=True)
class SalesDashboardConfig:
    """The gold table it shows, where it runs, and the groups that open it."""

    title: str
    catalog: str
    gold_table: GoldTable
    warehouse_id: str
    viewers: tuple[str, ...]


class SalesDashboard(Construct):
    """Runs with its viewer's own rights, so that it shows nobody more than the grants do."""

    def __init__(self, scope: Construct, construct_id: str, config: SalesDashboardConfig) -> None:
        """Create the dashboard and let the viewers open it."""
        super().__init__(scope, construct_id)
        dashboard = Dashboard(
            self,
            "dashboard",
            display_name=config.title,
            parent_path=FOLDER,
            warehouse_id=config.warehouse_id,
            embed_credentials=False,
            serialized_dashboard=json.dumps(sales_dashboard(config.catalog, config.gold_table), sort_keys=True),
        )
        Permissions(
            self,
            "viewers",
            dashboard_id=dashboard.id,
            access_control=[
                PermissionsAccessControl(group_name=group, permission_level="CAN_READ") for group in config.viewers
            ],
        )


def sales_dashboard(catalog: str, table: GoldTable) -> dict[str, object]:
    """The dashboard's definition (an `.lvdash.json` document).

    Raises:
        InvalidSettings: the contract's gold table lacks a column that the dashboard shows.
    """
    missing = sorted(set(SHOWN) - {column.name for column in table.columns})
    if missing:
        raise InvalidSettings(
            [f"{table.name}: the dashboard shows column {name}, which the contract lacks" for name in missing]
        )
    name = f"{catalog}.{Layer.GOLD}.{table.name}"
    sales = f"SELECT * FROM {name}"  # noqa: S608 (names from the contract)
    freshness = (
        f"SELECT timestampdiff(HOUR, last_altered, current_timestamp()) AS hours_since_change "  # noqa: S608
        f"FROM {catalog}.information_schema.tables "
        f"WHERE table_schema = '{Layer.GOLD}' AND table_name = '{table.name}'"
    )
    share = f"SUM(`{HIGH_VALUE}`) / SUM(`{PURCHASES}`)"
    widgets = [
        counter("revenue", "Revenue (BRL)", "sales", f"SUM(`{REVENUE}`)", (0, 0)),
        counter("purchases", "Purchases", "sales", f"SUM(`{PURCHASES}`)", (2, 0)),
        counter("freshness", "Hours since the table changed", "freshness", "MAX(`hours_since_change`)", (4, 0)),
        line_chart("revenue-by-month", "Revenue by month (BRL)", "sales", MONTH, f"SUM(`{REVENUE}`)", (0, 3), STORE),
        line_chart("purchases-by-month", "Purchases by month", "sales", MONTH, f"SUM(`{PURCHASES}`)", (3, 3), STORE),
        bar_chart("revenue-by-store", "Revenue by store (BRL)", "sales", STORE, f"SUM(`{REVENUE}`)", (0, 9)),
        bar_chart("high-value-by-store", "High-value share by store", "sales", STORE, share, (3, 9)),
    ]
    return {
        "datasets": [
            dataset("sales", "Sales by store and month", sales),
            dataset("freshness", "Freshness", freshness),
        ],
        "pages": [page("sales", "Sales", widgets)],
    }
