"""An alert on a service's own metric."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.monitor_metric_alert import (
    MonitorMetricAlert,
    MonitorMetricAlertAction,
    MonitorMetricAlertCriteria,
    MonitorMetricAlertCriteriaDimension,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class MetricAlertConfig:
    """Fires when `metric` where `dimension` has one of `values` adds up to more than `more_than` in 15 minutes."""

    placement: Placement
    name: str
    description: str
    resource_id: str
    namespace: str
    metric: str
    dimension: str
    values: tuple[str, ...]
    more_than: int
    severity: int
    action_group_id: str


class MetricAlert(Construct):
    """One metric alert."""

    def __init__(self, scope: Construct, construct_id: str, config: MetricAlertConfig) -> None:
        """Create the alert."""
        super().__init__(scope, construct_id)
        dimension = MonitorMetricAlertCriteriaDimension(
            name=config.dimension, operator="Include", values=list(config.values)
        )
        MonitorMetricAlert(
            self,
            "alert",
            name=config.name,
            description=config.description,
            resource_group_name=config.placement.resource_group_name,
            tags=config.placement.tags,
            scopes=[config.resource_id],
            severity=config.severity,
            frequency="PT5M",
            window_size="PT15M",
            criteria=[
                MonitorMetricAlertCriteria(
                    metric_namespace=config.namespace,
                    metric_name=config.metric,
                    aggregation="Total",
                    operator="GreaterThan",
                    threshold=config.more_than,
                    dimension=[dimension],
                )
            ],
            action=[MonitorMetricAlertAction(action_group_id=config.action_group_id)],
        )
