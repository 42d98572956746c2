"""The nodes beside the system's: one pool for the flows' pods, and one for every other pod that is not AKS's own."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.kubernetes_cluster_node_pool import (
    KubernetesClusterNodePool,
    KubernetesClusterNodePoolUpgradeSettings,
)
from constructs import Construct

from infra_cdktf.components.kubernetes_cluster import PODS_PER_NODE
from infra_cdktf.vm_sizes import OS_DISK_GIB

FLOWS_POOL, SERVICES_POOL = "flows", "services"
WORKLOAD_LABEL = "datamaster/workload"
"""Label of each pool, and taint of the flows'; the work pool's job template selects and tolerates it."""


@dataclass(frozen=True, kw_only=True)
class NodePoolConfig:
    """The cluster, and the size and numbers of the pool's nodes. A tainted pool admits only pods that tolerate it."""

    cluster_id: str
    name: str
    node_size: str
    nodes_min: int
    nodes_max: int
    tainted: bool
    nodes_subnet_id: str
    zones: tuple[str, ...]
    tags: dict[str, str]


class NodePool(Construct):
    """An autoscaled user pool."""

    def __init__(self, scope: Construct, construct_id: str, config: NodePoolConfig) -> None:
        """Add the pool to the cluster."""
        super().__init__(scope, construct_id)
        KubernetesClusterNodePool(
            self,
            "pool",
            name=config.name,
            kubernetes_cluster_id=config.cluster_id,
            mode="User",
            vm_size=config.node_size,
            vnet_subnet_id=config.nodes_subnet_id,
            zones=list(config.zones),
            auto_scaling_enabled=True,
            min_count=config.nodes_min,
            max_count=config.nodes_max,
            max_pods=PODS_PER_NODE,
            os_sku="AzureLinux",
            os_disk_type="Ephemeral",
            os_disk_size_gb=OS_DISK_GIB,
            host_encryption_enabled=True,
            node_public_ip_enabled=False,
            node_labels={WORKLOAD_LABEL: config.name},
            node_taints=[f"{WORKLOAD_LABEL}={config.name}:NoSchedule"] if config.tainted else [],
            temporary_name_for_rotation=f"{config.name}tmp",
            upgrade_settings=KubernetesClusterNodePoolUpgradeSettings(max_surge="33%"),
            tags=config.tags,
        )
