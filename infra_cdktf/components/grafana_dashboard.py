"""The operators' dashboard in Grafana: each query as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf import ITerraformDependable, LocalExecProvisioner, TerraformResource
from constructs import Construct

LOGS = {"type": "grafana-azure-monitor-datasource", "uid": "azure-monitor-oob"}
"""The data source that Azure's Grafana comes with, signed in as its identity."""
WIDTH, HEIGHT = 12, 8
"""Of a panel, on a page that is 24 wide."""
TRIES, PAUSE_SECONDS = 10, 30
"""A new right in Grafana holds after minutes."""


@dataclass(frozen=True, kw_only=True)
class GrafanaDashboardConfig:
    """Kusto `queries` by title, the log workspace that they are asked of, and the Grafana that shows them."""

    title: str
    grafana_name: str
    resource_group_name: str
    log_workspace_id: str
    queries: dict[str, str]
    after: tuple[ITerraformDependable, ...]


class GrafanaDashboard(Construct):
    """Made by Azure's command line: azurerm has no resource for it, and Grafana's own provider wants a token."""

    def __init__(self, scope: Construct, construct_id: str, config: GrafanaDashboardConfig) -> None:
        """Create the dashboard, and again whenever it differs."""
        super().__init__(scope, construct_id)
        definition = json.dumps(dashboard(config), sort_keys=True)
        made = TerraformResource(
            self,
            "dashboard",
            terraform_resource_type="terraform_data",
            provisioners=[
                LocalExecProvisioner(
                    type="local-exec",
                    interpreter=["bash", "-euo", "pipefail", "-c"],
                    command=(
                        f"for try in $(seq {TRIES}); do "
                        'az grafana dashboard create --name "$GRAFANA" --resource-group "$RESOURCE_GROUP" '
                        '--overwrite true --definition "$DEFINITION" --output none && exit 0; '
                        f"sleep {PAUSE_SECONDS}; done; exit 1"
                    ),
                    environment={
                        "GRAFANA": config.grafana_name,
                        "RESOURCE_GROUP": config.resource_group_name,
                        "DEFINITION": definition,
                    },
                )
            ],
            depends_on=list(config.after),
        )
        made.add_override("triggers_replace", [definition])


def dashboard(config: GrafanaDashboardConfig) -> dict[str, object]:
    """The dashboard as Grafana imports it; its `uid` is its title, so that another import replaces it."""
    return {
        "uid": config.title,
        "title": config.title,
        "timezone": "browser",
        "schemaVersion": 39,
        "time": {"from": "now-24h", "to": "now"},
        "panels": [
            _panel(number, title, query, config.log_workspace_id)
            for number, (title, query) in enumerate(config.queries.items())
        ],
    }


def _panel(number: int, title: str, query: str, log_workspace_id: str) -> dict[str, object]:
    logs = {"query": query, "resources": [log_workspace_id], "resultFormat": "table"}
    target = {"refId": "A", "datasource": LOGS, "queryType": "Azure Log Analytics", "azureLogAnalytics": logs}
    return {
        "id": number + 1,
        "type": "table",
        "title": title,
        "datasource": LOGS,
        "targets": [target],
        "gridPos": {"x": number % 2 * WIDTH, "y": number // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
    }
