"""The identity of the Kubernetes control plane, and what it must be allowed before the cluster exists."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class ClusterIdentityConfig:
    """The nodes' network and the zone that the API server's private name is written to."""

    placement: Placement
    name: str
    network_id: str
    dns_zone_id: str


@dataclass(frozen=True)
class ClusterIdentityOutputs:
    """The identity, and the assignments that the cluster must wait for."""

    identity_id: str
    assignments: tuple[RoleAssignment, ...]


class ClusterIdentity(Construct):
    """A user-assigned identity: a cluster with its own DNS zone cannot use a system-assigned one."""

    def __init__(self, scope: Construct, construct_id: str, config: ClusterIdentityConfig) -> None:
        """Create the identity and its two role assignments."""
        super().__init__(scope, construct_id)
        identity = UserAssignedIdentity(
            self,
            "identity",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
        )
        roles = {"Network Contributor": config.network_id, "Private DNS Zone Contributor": config.dns_zone_id}
        assignments = tuple(
            RoleAssignment(
                self,
                role.lower().replace(" ", "-"),
                scope=role_scope,
                role_definition_name=role,
                principal_id=identity.principal_id,
                principal_type="ServicePrincipal",
            )
            for role, role_scope in roles.items()
        )
        self.outputs = ClusterIdentityOutputs(identity.id, assignments)
