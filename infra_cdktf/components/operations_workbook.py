"""The operators' dashboard as an Azure workbook, where a Grafana of its own would cost too much."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.application_insights_workbook import ApplicationInsightsWorkbook
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

NOTEBOOK_VERSION = "Notebook/1.0"
QUERY_ITEM = 3
TEXT_ITEM = 1


@dataclass(frozen=True, kw_only=True)
class OperationsWorkbookConfig:
    """Kusto `queries` by title, each shown as a table over the last day."""

    placement: Placement
    title: str
    log_workspace_id: str
    queries: dict[str, str]


class OperationsWorkbook(Construct):
    """One workbook. Azure wants a UUID for its name; it is derived from the title, so it never changes."""

    def __init__(self, scope: Construct, construct_id: str, config: OperationsWorkbookConfig) -> None:
        """Create the workbook."""
        super().__init__(scope, construct_id)
        ApplicationInsightsWorkbook(
            self,
            "workbook",
            name=str(uuid.uuid5(uuid.NAMESPACE_URL, f"datamaster/{config.title}")),
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            display_name=config.title,
            data_json=json.dumps(_document(config), sort_keys=True),
        )


def _document(config: OperationsWorkbookConfig) -> dict[str, object]:
    title = {"type": TEXT_ITEM, "name": "title", "content": {"json": f"# {config.title}"}}
    return {
        "version": NOTEBOOK_VERSION,
        "items": [title, *(_table(name, query, config) for name, query in config.queries.items())],
        "fallbackResourceIds": [config.log_workspace_id],
    }


def _table(name: str, query: str, config: OperationsWorkbookConfig) -> dict[str, object]:
    content = {
        "version": "KqlItem/1.0",
        "query": query,
        "title": name,
        "size": 1,
        "timeContext": {"durationMs": 24 * 60 * 60 * 1000},
        "queryType": 0,
        "resourceType": "microsoft.operationalinsights/workspaces",
        "crossComponentResources": [config.log_workspace_id],
        "visualization": "table",
    }
    return {"type": QUERY_ITEM, "name": name, "content": content}
