"""Stack 3: what flows run on: logs, images, cluster, secrets and identities."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from infra_cdktf.components.cluster_identity import ClusterIdentity, ClusterIdentityConfig
from infra_cdktf.components.container_insights import ContainerInsights, ContainerInsightsConfig
from infra_cdktf.components.container_registry import (
    ContainerRegistry,
    ContainerRegistryConfig,
    ContainerRegistryOutputs,
)
from infra_cdktf.components.diagnostics import Diagnostics, DiagnosticsConfig
from infra_cdktf.components.flow_node_pool import FlowNodePool, FlowNodePoolConfig
from infra_cdktf.components.key_vault import KeyVault, KeyVaultConfig, KeyVaultOutputs
from infra_cdktf.components.kubernetes_cluster import (
    KubernetesCluster,
    KubernetesClusterConfig,
    KubernetesClusterOutputs,
)
from infra_cdktf.components.log_workspace import LogWorkspace, LogWorkspaceConfig
from infra_cdktf.components.resource_group import Placement, ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.workload_identity import (
    WorkloadIdentity,
    WorkloadIdentityConfig,
    WorkloadIdentityOutputs,
)
from infra_cdktf.environment import Environment
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.network import NetworkOutputs

PREFECT_NAMESPACE = "prefect"
WORKER_SERVICE_ACCOUNT = "prefect-worker"
FLOWS_SERVICE_ACCOUNT = "prefect-flows"


@dataclass(frozen=True)
class PlatformOutputs:
    """What later stacks grant access to, log to or alert on."""

    placement: Placement
    log_workspace_id: str
    registry: ContainerRegistryOutputs
    cluster: KubernetesClusterOutputs
    key_vault: KeyVaultOutputs
    worker: WorkloadIdentityOutputs
    flows: WorkloadIdentityOutputs


class PlatformStack(EnvironmentStack):
    """The platform in one resource group."""

    def __init__(self, scope: Construct, environment: Environment, network: NetworkOutputs) -> None:
        """Compose the stack inside `network`."""
        super().__init__(scope, environment, "platform")
        settings, names = environment.settings, environment.names
        self._network = network
        self._placement = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("platform"), location=settings.location, tags=environment.tags),
        ).placement
        logs = LogWorkspace(
            self,
            "logs",
            LogWorkspaceConfig(
                placement=self._placement, name=names.resource("logs"), retention_days=settings.log_retention_days
            ),
        ).outputs.workspace_id
        registry = self._registry()
        cluster = self._cluster(registry, logs)
        vault = self._key_vault(logs)
        self.outputs = PlatformOutputs(
            placement=self._placement,
            log_workspace_id=logs,
            registry=registry,
            cluster=cluster,
            key_vault=vault,
            worker=self._identity("worker", cluster, WORKER_SERVICE_ACCOUNT),
            flows=self._identity("flows", cluster, FLOWS_SERVICE_ACCOUNT),
        )
        self.publish(
            {
                "registry": registry.login_server,
                "cluster": cluster.name,
                "key_vault": vault.vault_uri,
                "worker_client_id": self.outputs.worker.client_id,
                "flows_client_id": self.outputs.flows.client_id,
            }
        )

    def _registry(self) -> ContainerRegistryOutputs:
        names = self.environment.names
        config = ContainerRegistryConfig(
            placement=self._placement,
            name=names.registry,
            endpoint_name=names.resource("registry-endpoint"),
            endpoints_subnet_id=self._network.network.subnet_ids["endpoints"],
            dns_zone_id=self._network.dns_zone_ids["registry"],
        )
        return ContainerRegistry(self, "registry", config).outputs

    def _cluster(self, registry: ContainerRegistryOutputs, logs: str) -> KubernetesClusterOutputs:
        environment, names, network = self.environment, self.environment.names, self._network
        identity = ClusterIdentity(
            self,
            "cluster-identity",
            ClusterIdentityConfig(
                placement=self._placement,
                name=names.resource("aks-identity"),
                network_id=network.network.network_id,
                dns_zone_id=network.dns_zone_ids["kubernetes"],
            ),
        ).outputs
        cluster = KubernetesCluster(
            self,
            "cluster",
            KubernetesClusterConfig(
                placement=self._placement,
                name=names.resource("aks"),
                node_resource_group=names.resource("aks-nodes"),
                cluster=environment.settings.cluster,
                network=environment.settings.network,
                tenant_id=str(environment.accounts.tenant_id),
                identity=identity,
                nodes_subnet_id=network.network.subnet_ids["nodes"],
                dns_zone_id=network.dns_zone_ids["kubernetes"],
                registry_id=registry.registry_id,
                log_workspace_id=logs,
            ),
        ).outputs
        self._watch_and_extend(cluster, logs)
        return cluster

    def _watch_and_extend(self, cluster: KubernetesClusterOutputs, logs: str) -> None:
        FlowNodePool(
            self,
            "flow-nodes",
            FlowNodePoolConfig(
                cluster_id=cluster.cluster_id,
                cluster=self.environment.settings.cluster,
                nodes_subnet_id=self._network.network.subnet_ids["nodes"],
                zones=self.environment.settings.network.zones,
                tags=self._placement.tags,
            ),
        )
        ContainerInsights(
            self,
            "container-insights",
            ContainerInsightsConfig(
                placement=self._placement,
                name=self.environment.names.resource("container-insights"),
                cluster_id=cluster.cluster_id,
                log_workspace_id=logs,
            ),
        )
        Diagnostics(
            self,
            "cluster-diagnostics",
            DiagnosticsConfig(
                resource_id=cluster.cluster_id,
                log_workspace_id=logs,
                log_categories=("kube-audit-admin", "guard", "cluster-autoscaler"),
            ),
        )

    def _key_vault(self, logs: str) -> KeyVaultOutputs:
        names = self.environment.names
        vault = KeyVault(
            self,
            "key-vault",
            KeyVaultConfig(
                placement=self._placement,
                name=names.key_vault,
                endpoint_name=names.resource("vault-endpoint"),
                tenant_id=str(self.environment.accounts.tenant_id),
                endpoints_subnet_id=self._network.network.subnet_ids["endpoints"],
                dns_zone_id=self._network.dns_zone_ids["vault"],
            ),
        ).outputs
        Diagnostics(
            self,
            "vault-diagnostics",
            DiagnosticsConfig(
                resource_id=vault.vault_id,
                log_workspace_id=logs,
                log_categories=("AuditEvent",),
                metric_categories=("AllMetrics",),
            ),
        )
        return vault

    def _identity(self, name: str, cluster: KubernetesClusterOutputs, service_account: str) -> WorkloadIdentityOutputs:
        config = WorkloadIdentityConfig(
            placement=self._placement,
            name=self.environment.names.resource(name),
            oidc_issuer_url=cluster.oidc_issuer_url,
            namespace=PREFECT_NAMESPACE,
            service_account=service_account,
        )
        return WorkloadIdentity(self, f"{name}-identity", config).outputs
