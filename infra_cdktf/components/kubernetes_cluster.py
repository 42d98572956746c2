"""The private AKS cluster that Prefect's worker and the flows' pods run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_azurerm.kubernetes_cluster import (
    KubernetesCluster as AzureKubernetesCluster,
)
from cdktf_cdktf_provider_azurerm.kubernetes_cluster import (
    KubernetesClusterAutoScalerProfile,
    KubernetesClusterAzureActiveDirectoryRoleBasedAccessControl,
    KubernetesClusterDefaultNodePool,
    KubernetesClusterDefaultNodePoolUpgradeSettings,
    KubernetesClusterIdentity,
    KubernetesClusterKeyVaultSecretsProvider,
    KubernetesClusterMaintenanceWindowAutoUpgrade,
    KubernetesClusterMaintenanceWindowNodeOs,
    KubernetesClusterMicrosoftDefender,
    KubernetesClusterNetworkProfile,
    KubernetesClusterOmsAgent,
)
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.cluster_identity import ClusterIdentityOutputs
from infra_cdktf.components.resource_group import Placement
from infra_cdktf.environment_settings import ClusterSettings, NetworkSettings
from infra_cdktf.vm_sizes import OS_DISK_GIB

MAINTENANCE: dict[str, Any] = {
    "frequency": "Weekly",
    "interval": 1,
    "duration": 4,
    "day_of_week": "Sunday",
    "start_time": "12:00",
    "utc_offset": "-03:00",
}
"""Sunday noon in São Paulo: after the nightly loads, before the week."""
UNTIL_IMAGES_ARE_CLEANED_HOURS = 48
UNTIL_SECRETS_ARE_READ_AGAIN = "5m"
PODS_PER_NODE = 60


@dataclass(frozen=True, kw_only=True)
class KubernetesClusterConfig:
    """The cluster's place in the network, its identity, and the services it is tied to."""

    placement: Placement
    name: str
    node_resource_group: str
    cluster: ClusterSettings
    network: NetworkSettings
    tenant_id: str
    identity: ClusterIdentityOutputs
    nodes_subnet_id: str
    dns_zone_id: str
    registry_id: str
    log_workspace_id: str


@dataclass(frozen=True)
class KubernetesClusterOutputs:
    """Resource id, name, and the issuer that federated credentials trust."""

    cluster_id: str
    name: str
    oidc_issuer_url: str


class KubernetesCluster(Construct):
    """A cluster with a private API server, no local accounts and nothing to patch by hand."""

    def __init__(self, scope: Construct, construct_id: str, config: KubernetesClusterConfig) -> None:
        """Create the cluster with its system pool and let its nodes pull images."""
        super().__init__(scope, construct_id)
        placement, settings = config.placement, config.cluster
        cluster = AzureKubernetesCluster(
            self,
            "cluster",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            dns_prefix_private_cluster=config.name,
            node_resource_group=config.node_resource_group,
            sku_tier="Standard",
            private_cluster_enabled=True,
            private_cluster_public_fqdn_enabled=False,
            private_dns_zone_id=config.dns_zone_id,
            role_based_access_control_enabled=True,
            local_account_disabled=True,
            run_command_enabled=True,
            oidc_issuer_enabled=True,
            workload_identity_enabled=True,
            azure_policy_enabled=settings.azure_policy,
            image_cleaner_enabled=True,
            image_cleaner_interval_hours=UNTIL_IMAGES_ARE_CLEANED_HOURS,
            automatic_upgrade_channel="stable",
            node_os_upgrade_channel="NodeImage",
            maintenance_window_auto_upgrade=KubernetesClusterMaintenanceWindowAutoUpgrade(**MAINTENANCE),
            maintenance_window_node_os=KubernetesClusterMaintenanceWindowNodeOs(**MAINTENANCE),
            azure_active_directory_role_based_access_control=KubernetesClusterAzureActiveDirectoryRoleBasedAccessControl(
                azure_rbac_enabled=True, tenant_id=config.tenant_id
            ),
            identity=KubernetesClusterIdentity(type="UserAssigned", identity_ids=[config.identity.identity_id]),
            default_node_pool=_system_pool(config),
            network_profile=_network_profile(config.network),
            auto_scaler_profile=KubernetesClusterAutoScalerProfile(
                expander="least-waste", scale_down_unneeded="5m", skip_nodes_with_system_pods=True
            ),
            key_vault_secrets_provider=KubernetesClusterKeyVaultSecretsProvider(
                secret_rotation_enabled=True, secret_rotation_interval=UNTIL_SECRETS_ARE_READ_AGAIN
            ),
            oms_agent=KubernetesClusterOmsAgent(
                log_analytics_workspace_id=config.log_workspace_id, msi_auth_for_monitoring_enabled=True
            ),
            microsoft_defender=KubernetesClusterMicrosoftDefender(log_analytics_workspace_id=config.log_workspace_id)
            if settings.defender
            else None,
            depends_on=list(config.identity.assignments),
        )
        skip_checks(
            cluster,
            {"CKV_AZURE_117": "Nodes keep nothing: their disks are ephemeral and encrypted on the host."},
        )
        RoleAssignment(
            self,
            "pull-images",
            scope=config.registry_id,
            role_definition_name="AcrPull",
            principal_id=cluster.kubelet_identity.object_id,
            principal_type="ServicePrincipal",
        )
        self.outputs = KubernetesClusterOutputs(cluster.id, cluster.name, cluster.oidc_issuer_url)


def _system_pool(config: KubernetesClusterConfig) -> KubernetesClusterDefaultNodePool:
    return KubernetesClusterDefaultNodePool(
        name="system",
        vm_size=config.cluster.system_node_size,
        vnet_subnet_id=config.nodes_subnet_id,
        zones=list(config.network.zones),
        auto_scaling_enabled=True,
        min_count=config.cluster.system_nodes_min,
        max_count=config.cluster.system_nodes_max,
        max_pods=PODS_PER_NODE,
        only_critical_addons_enabled=True,
        os_sku="AzureLinux",
        os_disk_type="Ephemeral",
        os_disk_size_gb=OS_DISK_GIB,
        host_encryption_enabled=True,
        node_public_ip_enabled=False,
        temporary_name_for_rotation="systemtmp",
        upgrade_settings=KubernetesClusterDefaultNodePoolUpgradeSettings(max_surge="33%"),
        tags=config.placement.tags,
    )


def _network_profile(network: NetworkSettings) -> KubernetesClusterNetworkProfile:
    dns_service_ip = network.service_cidr.network_address + 10
    return KubernetesClusterNetworkProfile(
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_data_plane="cilium",
        network_policy="cilium",
        load_balancer_sku="standard",
        outbound_type="userDefinedRouting" if network.egress == "firewall" else "userAssignedNATGateway",
        pod_cidr=str(network.pod_cidr),
        service_cidr=str(network.service_cidr),
        dns_service_ip=str(dns_service_ip),
    )
