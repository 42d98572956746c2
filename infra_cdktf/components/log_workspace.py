"""The Log Analytics workspace that all logs of the environment end in."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.log_analytics_workspace import LogAnalyticsWorkspace
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class LogWorkspaceConfig:
    """How long logs are kept, and after how many GB no more are taken in until the next day."""

    placement: Placement
    name: str
    retention_days: int
    gb_a_day: float


@dataclass(frozen=True)
class LogWorkspaceOutputs:
    """Resource id, which diagnostics and alerts refer to."""

    workspace_id: str


class LogWorkspace(Construct):
    """One workspace, signed in to with Entra only."""

    def __init__(self, scope: Construct, construct_id: str, config: LogWorkspaceConfig) -> None:
        """Create the workspace."""
        super().__init__(scope, construct_id)
        workspace = LogAnalyticsWorkspace(
            self,
            "workspace",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            sku="PerGB2018",
            retention_in_days=config.retention_days,
            daily_quota_gb=config.gb_a_day,
            local_authentication_enabled=False,
        )
        self.outputs = LogWorkspaceOutputs(workspace.id)
