"""Stack 3: what flows run on: logs, images, cluster, secrets and identities."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.components.container_registry import (
    ContainerRegistry,
    ContainerRegistryConfig,
    ContainerRegistryOutputs,
)
from infra_cdktf.components.deployment_runner import DeploymentRunner, DeploymentRunnerConfig
from infra_cdktf.components.diagnostics import Diagnostics, DiagnosticsConfig
from infra_cdktf.components.key_vault import EndpointPlace, KeyVault, KeyVaultConfig, KeyVaultOutputs
from infra_cdktf.components.kubernetes_cluster import KubernetesClusterOutputs
from infra_cdktf.components.log_workspace import LogWorkspace, LogWorkspaceConfig
from infra_cdktf.components.prefect_server import PrefectServer, PrefectServerConfig
from infra_cdktf.components.resource_group import Placement, ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.watched_cluster import WatchedCluster, WatchedClusterConfig
from infra_cdktf.components.workload_identity import (
    WorkloadIdentity,
    WorkloadIdentityConfig,
    WorkloadIdentityOutputs,
)
from infra_cdktf.environment import Environment
from infra_cdktf.kubernetes_seam import (
    FLOWS_SERVICE_ACCOUNT,
    PREFECT_NAMESPACE,
    SERVER_SERVICE_ACCOUNT,
    WORKER_SERVICE_ACCOUNT,
    WORKER_SETTINGS,
)
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.network import NetworkOutputs
from infra_cdktf.subnets import NODES, RUNNER, ingress_address


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
                placement=self._placement,
                name=names.resource("logs"),
                retention_days=settings.log_retention_days,
                gb_a_day=settings.log_gb_a_day,
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
        self._flows_see_images(registry)
        self.publish(
            {
                "registry": registry.login_server,
                "cluster": cluster.name,
                "key_vault": vault.vault_uri,
                "worker_client_id": self.outputs.worker.client_id,
                "flows_client_id": self.outputs.flows.client_id,
                "worker_settings": json.dumps(WORKER_SETTINGS),
            }
        )
        # A person who deploys does so from their own machine.
        if settings.entry.runner and environment.deployer.application_id:
            self._runner(registry, logs)
        if settings.prefect_server == "self-hosted":
            self._prefect_server(self._identity("prefect-server", cluster, SERVER_SERVICE_ACCOUNT))

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
        config = WatchedClusterConfig(
            placement=self._placement,
            name=names.resource("aks"),
            identity_name=names.resource("aks-identity"),
            node_resource_group=names.resource("aks-nodes"),
            rule_name=names.resource("container-insights"),
            cluster=environment.settings.cluster,
            network=environment.settings.network,
            tenant_id=str(environment.accounts.tenant_id),
            network_id=network.network.network_id,
            nodes_subnet_id=network.network.subnet_ids[NODES],
            dns_zone_id=network.dns_zone_ids["kubernetes"],
            registry_id=registry.registry_id,
            log_workspace_id=logs,
        )
        return WatchedCluster(self, "cluster", config).outputs

    def _key_vault(self, logs: str) -> KeyVaultOutputs:
        names = self.environment.names
        vault = KeyVault(
            self,
            "key-vault",
            KeyVaultConfig(
                placement=self._placement,
                name=names.key_vault,
                tenant_id=str(self.environment.accounts.tenant_id),
                endpoint=EndpointPlace(
                    names.resource("vault-endpoint"),
                    self._network.network.subnet_ids["endpoints"],
                    self._network.dns_zone_ids["vault"],
                ),
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

    def _flows_see_images(self, registry: ContainerRegistryOutputs) -> None:
        """Nodes pull images as the cluster; the parent flow looks beforehand whether they are there."""
        RoleAssignment(
            self,
            "flows-see-images",
            scope=registry.registry_id,
            role_definition_name="AcrPull",
            principal_id=self.outputs.flows.principal_id,
            principal_type="ServicePrincipal",
        )

    def _runner(self, registry: ContainerRegistryOutputs, logs: str) -> None:
        environment, names = self.environment, self.environment.names
        config = DeploymentRunnerConfig(
            placement=self._placement,
            name=names.runner,
            subnet_id=self._network.network.subnet_ids[RUNNER],
            identity_name=names.resource("deployer"),
            identity_resource_group=names.resource("deployer"),
            registry=registry,
            version=environment.version,
            tenant_id=str(environment.accounts.tenant_id),
            subscription_id=environment.subscription_id,
        )
        runner = DeploymentRunner(self, "runner", config).outputs
        Diagnostics(
            self,
            "runner-diagnostics",
            DiagnosticsConfig(
                resource_id=runner.environment_id,
                log_workspace_id=logs,
                log_categories=("ContainerAppConsoleLogs", "ContainerAppSystemLogs"),
            ),
        )
        self.publish({"runner": runner.job_name})

    def _prefect_server(self, identity: WorkloadIdentityOutputs) -> None:
        environment, names, network = self.environment, self.environment.names, self._network
        address = ingress_address(environment.settings.network)
        config = PrefectServerConfig(
            placement=self._placement,
            server_name=names.database_server,
            endpoint=EndpointPlace(
                names.resource("database-endpoint"),
                network.network.subnet_ids["endpoints"],
                network.dns_zone_ids["database"],
            ),
            tenant_id=str(environment.accounts.tenant_id),
            identity_name=names.resource("prefect-server"),
            identity=identity,
            network_id=network.network.network_id,
            zone_name=names.private_zone,
            ingress_ip_address=address,
        )
        server = PrefectServer(self, "prefect-server", config).outputs
        self.publish(
            {
                "prefect_server_client_id": identity.client_id,
                "prefect_server_database_host": server.database_host,
                "prefect_server_host_name": server.host_name,
                "prefect_server_ip_address": address,
            }
        )

    def _identity(self, name: str, cluster: KubernetesClusterOutputs, service_account: str) -> WorkloadIdentityOutputs:
        config = WorkloadIdentityConfig(
            placement=self._placement,
            name=self.environment.names.resource(name),
            oidc_issuer_url=cluster.oidc_issuer_url,
            namespace=PREFECT_NAMESPACE,
            service_account=service_account,
        )
        return WorkloadIdentity(self, f"{name}-identity", config).outputs
