"""Pods', nodes' and containers' logs, collected into the log workspace."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.monitor_data_collection_rule import (
    MonitorDataCollectionRule,
    MonitorDataCollectionRuleDataFlow,
    MonitorDataCollectionRuleDataSources,
    MonitorDataCollectionRuleDataSourcesExtension,
    MonitorDataCollectionRuleDestinations,
    MonitorDataCollectionRuleDestinationsLogAnalytics,
)
from cdktf_cdktf_provider_azurerm.monitor_data_collection_rule_association import (
    MonitorDataCollectionRuleAssociation,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

STREAM = "Microsoft-ContainerInsights-Group-Default"
DESTINATION = "log-workspace"


@dataclass(frozen=True, kw_only=True)
class ContainerInsightsConfig:
    """The cluster to watch and the workspace to write to."""

    placement: Placement
    name: str
    cluster_id: str
    log_workspace_id: str


class ContainerInsights(Construct):
    """The collection rule that the cluster's monitoring agent needs when it signs in with its managed identity."""

    def __init__(self, scope: Construct, construct_id: str, config: ContainerInsightsConfig) -> None:
        """Create the rule and tie it to the cluster."""
        super().__init__(scope, construct_id)
        rule = MonitorDataCollectionRule(
            self,
            "rule",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            kind="Linux",
            data_flow=[MonitorDataCollectionRuleDataFlow(streams=[STREAM], destinations=[DESTINATION])],
            data_sources=MonitorDataCollectionRuleDataSources(
                extension=[
                    MonitorDataCollectionRuleDataSourcesExtension(
                        name="container-insights", extension_name="ContainerInsights", streams=[STREAM]
                    )
                ]
            ),
            destinations=MonitorDataCollectionRuleDestinations(
                log_analytics=[
                    MonitorDataCollectionRuleDestinationsLogAnalytics(
                        name=DESTINATION, workspace_resource_id=config.log_workspace_id
                    )
                ]
            ),
        )
        MonitorDataCollectionRuleAssociation(
            self,
            "of-cluster",
            name="container-insights",
            target_resource_id=config.cluster_id,
            data_collection_rule_id=rule.id,
        )
