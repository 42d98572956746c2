"""The cluster as the platform uses it: with its identity, its pools, and its logs."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from infra_cdktf.components.cluster_identity import ClusterIdentity, ClusterIdentityConfig
from infra_cdktf.components.container_insights import ContainerInsights, ContainerInsightsConfig
from infra_cdktf.components.diagnostics import Diagnostics, DiagnosticsConfig
from infra_cdktf.components.kubernetes_cluster import (
    KubernetesCluster,
    KubernetesClusterConfig,
    KubernetesClusterOutputs,
)
from infra_cdktf.components.node_pool import FLOWS_POOL, SERVICES_POOL, NodePool, NodePoolConfig
from infra_cdktf.components.resource_group import Placement
from infra_cdktf.environment_settings import ClusterSettings, NetworkSettings

CONTROL_PLANE_LOGS = ("kube-audit-admin", "guard", "cluster-autoscaler")


@dataclass(frozen=True, kw_only=True)
class WatchedClusterConfig:
    """Names, sizes and places, and the services that the cluster is tied to."""

    placement: Placement
    name: str
    identity_name: str
    node_resource_group: str
    rule_name: str
    cluster: ClusterSettings
    network: NetworkSettings
    tenant_id: str
    network_id: str
    nodes_subnet_id: str
    dns_zone_id: str
    registry_id: str
    log_workspace_id: str


class WatchedCluster(Construct):
    """Identity, cluster, pools beside the system's, and logs of containers and control plane."""

    def __init__(self, scope: Construct, construct_id: str, config: WatchedClusterConfig) -> None:
        """Compose them."""
        super().__init__(scope, construct_id)
        self.outputs = self._cluster(config)
        sizes = config.cluster
        self._pool(config, FLOWS_POOL, sizes.flow_node_size, (0, sizes.flow_nodes_max), tainted=True)
        # AKS's own nodes admit its critical add-ons alone: `az aks command invoke` and others need another.
        self._pool(config, SERVICES_POOL, sizes.services_node_size, (1, sizes.services_nodes_max), tainted=False)
        self._watch(config)

    def _cluster(self, config: WatchedClusterConfig) -> KubernetesClusterOutputs:
        identity = ClusterIdentity(
            self,
            "identity",
            ClusterIdentityConfig(
                placement=config.placement,
                name=config.identity_name,
                network_id=config.network_id,
                dns_zone_id=config.dns_zone_id,
            ),
        ).outputs
        cluster = KubernetesClusterConfig(
            placement=config.placement,
            name=config.name,
            node_resource_group=config.node_resource_group,
            cluster=config.cluster,
            network=config.network,
            tenant_id=config.tenant_id,
            identity=identity,
            nodes_subnet_id=config.nodes_subnet_id,
            dns_zone_id=config.dns_zone_id,
            registry_id=config.registry_id,
            log_workspace_id=config.log_workspace_id,
        )
        return KubernetesCluster(self, "cluster", cluster).outputs

    def _pool(
        self, config: WatchedClusterConfig, name: str, size: str, nodes: tuple[int, int], *, tainted: bool
    ) -> None:
        pool = NodePoolConfig(
            cluster_id=self.outputs.cluster_id,
            name=name,
            node_size=size,
            nodes_min=nodes[0],
            nodes_max=nodes[1],
            tainted=tainted,
            nodes_subnet_id=config.nodes_subnet_id,
            zones=config.network.zones,
            tags=config.placement.tags,
        )
        NodePool(self, f"{name}-nodes", pool)

    def _watch(self, config: WatchedClusterConfig) -> None:
        insights = ContainerInsightsConfig(
            placement=config.placement,
            name=config.rule_name,
            cluster_id=self.outputs.cluster_id,
            log_workspace_id=config.log_workspace_id,
        )
        ContainerInsights(self, "container-insights", insights)
        control_plane = DiagnosticsConfig(
            resource_id=self.outputs.cluster_id,
            log_workspace_id=config.log_workspace_id,
            log_categories=CONTROL_PLANE_LOGS,
        )
        Diagnostics(self, "diagnostics", control_plane)
