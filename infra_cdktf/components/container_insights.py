"""Pods', nodes' and containers' logs, collected into the log workspace."""

from __future__ import annotations

import json
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

EXTENSION = "ContainerInsightsExtension"
"""What the agent on the nodes looks for: name of the data source, and of the association with its cluster."""
STREAMS = [
    "Microsoft-ContainerLogV2",
    "Microsoft-KubeEvents",
    "Microsoft-KubePodInventory",
    "Microsoft-KubeNodeInventory",
    "Microsoft-KubeServices",
    "Microsoft-InsightsMetrics",
]
"""The tables that alerts and people ask; the group `Default` would write container logs to the old table too."""
COLLECTION = {
    "dataCollectionSettings": {"interval": "1m", "namespaceFilteringMode": "Off", "enableContainerLogV2": True}
}
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
            data_flow=[MonitorDataCollectionRuleDataFlow(streams=STREAMS, destinations=[DESTINATION])],
            data_sources=MonitorDataCollectionRuleDataSources(
                extension=[
                    MonitorDataCollectionRuleDataSourcesExtension(
                        name=EXTENSION,
                        extension_name="ContainerInsights",
                        extension_json=json.dumps(COLLECTION, sort_keys=True),
                        streams=STREAMS,
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
            name=EXTENSION,
            target_resource_id=config.cluster_id,
            data_collection_rule_id=rule.id,
        )
