"""Who may do what in the private cluster, through `az aks command invoke` or from inside the network."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct


@dataclass(frozen=True)
class KubernetesRole:
    """One of Azure's Kubernetes roles for a role of the lake, in one namespace or (None) in the whole cluster."""

    holder: str
    role: str
    namespace: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClusterAccessConfig:
    """The cluster, the role by which its API server is reached, and its operators' Entra object ids by name."""

    cluster_id: str
    operator_role_id: str
    principal_ids: dict[str, str]
    kubernetes_roles: tuple[KubernetesRole, ...]


class ClusterAccess(Construct):
    """An assignment per group to reach the API server, and one for each thing that it may do there."""

    def __init__(self, scope: Construct, construct_id: str, config: ClusterAccessConfig) -> None:
        """Assign the operator's role together with the Kubernetes roles."""
        super().__init__(scope, construct_id)
        for holder in dict.fromkeys(role.holder for role in config.kubernetes_roles):
            RoleAssignment(
                self,
                f"{holder}-operates",
                scope=config.cluster_id,
                role_definition_id=config.operator_role_id,
                principal_id=config.principal_ids[holder],
                principal_type="Group",
            )
        for role in config.kubernetes_roles:
            place = role.namespace or "kubernetes"
            RoleAssignment(
                self,
                f"{role.holder}-in-{place}",
                scope=f"{config.cluster_id}/namespaces/{role.namespace}" if role.namespace else config.cluster_id,
                role_definition_name=role.role,
                principal_id=config.principal_ids[role.holder],
                principal_type="Group",
            )
