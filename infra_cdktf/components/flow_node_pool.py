"""The nodes that flow pods run on: none while nothing runs."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.kubernetes_cluster_node_pool import (
    KubernetesClusterNodePool,
    KubernetesClusterNodePoolUpgradeSettings,
)
from constructs import Construct

from infra_cdktf.components.kubernetes_cluster import PODS_PER_NODE
from infra_cdktf.settings import ClusterSettings

POOL_NAME = "flows"
WORKLOAD_LABEL = "datamaster/workload"
"""Label and taint of the pool; the work pool's job template selects and tolerates it."""


@dataclass(frozen=True, kw_only=True)
class FlowNodePoolConfig:
    """The cluster, and the size and greatest number of its flow nodes."""

    cluster_id: str
    cluster: ClusterSettings
    nodes_subnet_id: str
    zones: tuple[str, ...]
    tags: dict[str, str]


class FlowNodePool(Construct):
    """An autoscaled user pool from zero up; only pods that tolerate its taint land on it."""

    def __init__(self, scope: Construct, construct_id: str, config: FlowNodePoolConfig) -> None:
        """Add the pool to the cluster."""
        super().__init__(scope, construct_id)
        KubernetesClusterNodePool(
            self,
            "pool",
            name=POOL_NAME,
            kubernetes_cluster_id=config.cluster_id,
            mode="User",
            vm_size=config.cluster.flow_node_size,
            vnet_subnet_id=config.nodes_subnet_id,
            zones=list(config.zones),
            auto_scaling_enabled=True,
            min_count=0,
            max_count=config.cluster.flow_nodes_max,
            max_pods=PODS_PER_NODE,
            os_sku="AzureLinux",
            os_disk_type="Ephemeral",
            host_encryption_enabled=True,
            node_public_ip_enabled=False,
            node_labels={WORKLOAD_LABEL: POOL_NAME},
            node_taints=[f"{WORKLOAD_LABEL}={POOL_NAME}:NoSchedule"],
            temporary_name_for_rotation="flowstmp",
            upgrade_settings=KubernetesClusterNodePoolUpgradeSettings(max_surge="33%"),
            tags=config.tags,
        )
