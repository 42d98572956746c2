"""An alert on what the logs say."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.monitor_scheduled_query_rules_alert_v2 import (
    MonitorScheduledQueryRulesAlertV2,
    MonitorScheduledQueryRulesAlertV2Action,
    MonitorScheduledQueryRulesAlertV2Criteria,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """A Kusto query whose number of rows must stay zero, and how often it is asked.

    `every` and `window` are ISO 8601 durations; `looks_back` widens what the query may see beyond the window.
    """

    name: str
    description: str
    query: str
    severity: int
    every: str = "PT5M"
    window: str = "PT15M"
    looks_back: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogAlertConfig:
    """The workspace to ask and the group to tell."""

    placement: Placement
    name: str
    log_query: LogQuery
    log_workspace_id: str
    action_group_id: str


class LogAlert(Construct):
    """Fires when the query returns a row."""

    def __init__(self, scope: Construct, construct_id: str, config: LogAlertConfig) -> None:
        """Create the alert."""
        super().__init__(scope, construct_id)
        log_query = config.log_query
        MonitorScheduledQueryRulesAlertV2(
            self,
            "alert",
            name=config.name,
            display_name=config.name,
            description=log_query.description,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            scopes=[config.log_workspace_id],
            severity=log_query.severity,
            evaluation_frequency=log_query.every,
            window_duration=log_query.window,
            query_time_range_override=log_query.looks_back,
            auto_mitigation_enabled=True,
            # The tables appear with the first log line, which a new environment does not have yet.
            skip_query_validation=True,
            criteria=[
                MonitorScheduledQueryRulesAlertV2Criteria(
                    query=log_query.query,
                    time_aggregation_method="Count",
                    operator="GreaterThan",
                    threshold=0,
                )
            ],
            action=MonitorScheduledQueryRulesAlertV2Action(action_groups=[config.action_group_id]),
        )
