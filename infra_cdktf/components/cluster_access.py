"""Who may look into the private cluster: its operators, through `az aks command invoke` or from inside the network."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from cdktf_cdktf_provider_azurerm.role_definition import RoleDefinition, RoleDefinitionPermissions
from constructs import Construct

OPERATE = [
    "Microsoft.ContainerService/managedClusters/read",
    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    "Microsoft.ContainerService/managedClusters/runcommand/action",
    "Microsoft.ContainerService/managedClusters/commandResults/read",
]


@dataclass(frozen=True, kw_only=True)
class ClusterAccessConfig:
    """The cluster, and its operators: Entra object id and Kubernetes role by name of the lake's role."""

    cluster_id: str
    operator_role_name: str
    principal_ids: dict[str, str]
    kubernetes_roles: dict[str, str]


class ClusterAccess(Construct):
    """Two assignments per group: one to reach the API server, one that says what it may do there."""

    def __init__(self, scope: Construct, construct_id: str, config: ClusterAccessConfig) -> None:
        """Define the operator's role and assign it together with the Kubernetes roles."""
        super().__init__(scope, construct_id)
        operator = RoleDefinition(
            self,
            "operator",
            name=config.operator_role_name,
            scope=config.cluster_id,
            assignable_scopes=[config.cluster_id],
            permissions=[RoleDefinitionPermissions(actions=OPERATE)],
        )
        for role, kubernetes_role in config.kubernetes_roles.items():
            RoleAssignment(
                self,
                f"{role}-operates",
                scope=config.cluster_id,
                role_definition_id=operator.role_definition_resource_id,
                principal_id=config.principal_ids[role],
                principal_type="Group",
            )
            RoleAssignment(
                self,
                f"{role}-in-kubernetes",
                scope=config.cluster_id,
                role_definition_name=kubernetes_role,
                principal_id=config.principal_ids[role],
                principal_type="Group",
            )
