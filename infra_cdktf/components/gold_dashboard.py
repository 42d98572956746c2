"""The dashboard of a gold table, which analysts open."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.dashboard import Dashboard
from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl
from constructs import Construct

from contracts.tables import GoldTable
from infra_cdktf.gold_page import gold_page, label

FOLDER = "/Shared/Data Master"


@dataclass(frozen=True, kw_only=True)
class GoldDashboardConfig:
    """The gold table it shows, where it runs, and the groups that open it."""

    environment: str
    catalog: str
    gold_table: GoldTable
    warehouse_id: str
    viewers: tuple[str, ...]


class GoldDashboard(Construct):
    """Runs with its viewer's own rights, so that it shows nobody more than the grants do."""

    def __init__(self, scope: Construct, construct_id: str, config: GoldDashboardConfig) -> None:
        """Create the dashboard and let the viewers open it."""
        super().__init__(scope, construct_id)
        dashboard = Dashboard(
            self,
            "dashboard",
            display_name=f"{label(config.gold_table)} ({config.environment})",
            parent_path=FOLDER,
            warehouse_id=config.warehouse_id,
            embed_credentials=False,
            serialized_dashboard=json.dumps(gold_page(config.catalog, config.gold_table), sort_keys=True),
        )
        Permissions(
            self,
            "viewers",
            dashboard_id=dashboard.id,
            access_control=[
                PermissionsAccessControl(group_name=group, permission_level="CAN_READ") for group in config.viewers
            ],
        )
