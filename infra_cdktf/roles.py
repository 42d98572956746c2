"""Every Azure role that is assigned: Azure's own by their ids, and the ones that the bootstrap script defines.

The deployer may assign exactly these and no other, so that it cannot make itself or anybody else an owner. It may not
define roles either: who may change what a role means may do anything.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

BUILT_IN_ROLES = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Azure Kubernetes Service RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
    "Azure Kubernetes Service RBAC Reader": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
    "Azure Kubernetes Service RBAC Writer": "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb",
    "Grafana Admin": "22926164-76b3-42b3-bc55-97df8dab3e41",
    "Grafana Editor": "a79a5197-3a5c-4973-a920-486035ffd60f",
    "Grafana Viewer": "60921a7e-fef1-4a43-9b16-a26c52ad4769",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
}
"""Ids by name, the same in every tenant (Azure's list of built-in roles)."""

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
READ_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
_CLUSTERS = "Microsoft.ContainerService/managedClusters"
_ACCOUNTS = "Microsoft.Storage/storageAccounts"


@dataclass(frozen=True)
class DefinedRole:
    """A role that Azure lacks. `name` is short; the tenant knows it with the environment's prefix."""

    name: str
    description: str
    actions: tuple[str, ...]
    data_actions: tuple[str, ...] = ()


def _on_blobs(*actions: str) -> tuple[str, ...]:
    return tuple(f"{BLOBS}/{action}" for action in actions)


LAKE_CREATOR = DefinedRole(
    "lake-creator",
    "Lands files and never deletes one: raw is immutable.",
    (READ_CONTAINER,),
    _on_blobs("read", "write", "add/action"),
)
LAKE_ADMINISTRATOR = DefinedRole(
    "lake-administrator",
    "Everything on the data, their access-control lists included, without owning them or the account.",
    (READ_CONTAINER,),
    _on_blobs("read", "write", "delete", "add/action", "move/action", "modifyPermissions/action"),
)
LAKE_UPLOADER = DefinedRole(
    "lake-uploader",
    "Drops files, renames them when they are complete, and reads nobody's.",
    (READ_CONTAINER,),
    _on_blobs("write", "add/action", "move/action"),
)
CLUSTER_OPERATOR = DefinedRole(
    "cluster-operator",
    "Reaches the private cluster; what may be done there is another role's.",
    tuple(
        f"{_CLUSTERS}/{action}"
        for action in ("read", "listClusterUserCredential/action", "runcommand/action", "commandResults/read")
    ),
)
STATE_USER = DefinedRole(
    "state-user",
    "Connects a network to the remote state's account by a private endpoint.",
    tuple(
        f"{_ACCOUNTS}/{action}"
        for action in ("read", "privateEndpointConnections/read", "PrivateEndpointConnectionsApproval/action")
    ),
)
DEFINED_ROLES = (LAKE_CREATOR, LAKE_ADMINISTRATOR, LAKE_UPLOADER, CLUSTER_OPERATOR)
"""The roles of each environment; `STATE_USER` is the state's."""


@dataclass(frozen=True, kw_only=True)
class RoleNames:
    """Names and ids of the defined roles of one environment, known before anything is made."""

    tenant_id: str
    subscription_id: str
    prefix: str

    def display_name(self, role: DefinedRole) -> str:
        """What the tenant calls the role, in which names are unique."""
        return f"{self.prefix}-{role.name}"

    def guid(self, role: DefinedRole) -> str:
        """The role's id, derived from its name."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.tenant_id}/{self.display_name(role)}"))

    def resource_id(self, role: DefinedRole) -> str:
        """What role assignments refer to."""
        return (
            f"/subscriptions/{self.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{self.guid(role)}"
        )
