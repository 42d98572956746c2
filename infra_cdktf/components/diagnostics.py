"""A service's own logs and metrics, kept in the environment's log workspace."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.monitor_diagnostic_setting import (
    MonitorDiagnosticSetting,
    MonitorDiagnosticSettingEnabledLog,
    MonitorDiagnosticSettingEnabledMetric,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class DiagnosticsConfig:
    """Which log and metric categories of `resource_id` to keep (names as Azure lists them for the resource's type)."""

    resource_id: str
    log_workspace_id: str
    log_categories: tuple[str, ...] = ()
    metric_categories: tuple[str, ...] = ()


class Diagnostics(Construct):
    """One diagnostic setting."""

    def __init__(self, scope: Construct, construct_id: str, config: DiagnosticsConfig) -> None:
        """Send the categories to the workspace."""
        super().__init__(scope, construct_id)
        MonitorDiagnosticSetting(
            self,
            "setting",
            name="to-log-workspace",
            target_resource_id=config.resource_id,
            log_analytics_workspace_id=config.log_workspace_id,
            enabled_log=[MonitorDiagnosticSettingEnabledLog(category=name) for name in config.log_categories],
            enabled_metric=[MonitorDiagnosticSettingEnabledMetric(category=name) for name in config.metric_categories],
        )
