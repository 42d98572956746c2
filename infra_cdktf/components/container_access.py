"""Who may do what on the lake's containers: its roles, rendered as storage roles, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from contracts.folder import Contracts
from contracts.lake_terms import Layer
from infra_cdktf.access_matrix import StorageRole, storage_role
from infra_cdktf.lake_containers import SideContainer, side_access
from infra_cdktf.roles import DefinedRole, RoleNames


@dataclass(frozen=True)
class Principal:
    """An Entra object id, and what it is the id of: `Group`, `ServicePrincipal` or `User`."""

    object_id: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ContainerAccessConfig:
    """The lake, the contracts with its roles, and everybody who has one, by the role's name."""

    account_id: str
    container_ids: dict[Layer | SideContainer, str]
    contracts: Contracts
    principals: dict[str, Principal]
    role_names: RoleNames
    delegator: str


class ContainerAccess(Construct):
    """A role assignment for every cell of the roles' access matrix that is not empty, and for the side containers."""

    def __init__(self, scope: Construct, construct_id: str, config: ContainerAccessConfig) -> None:
        """Assign all."""
        super().__init__(scope, construct_id)
        self._config = config
        for role in config.contracts.lake.roles:
            for layer in Layer:
                rendered = storage_role(role, layer)
                if rendered is not None:
                    self._assign(role.name, layer, rendered, f"{', '.join(role.access_by_layer[layer])} {layer}")
        for container, holders in side_access(config.contracts).items():
            for holder, rendered in holders.items():
                self._assign(holder, container, rendered, f"of the container {container}")
        # Unity Catalog hands out short-lived signatures, for which its identity asks the account for a key.
        delegator = config.principals[config.delegator]
        RoleAssignment(
            self,
            f"{config.delegator}-delegates",
            scope=config.account_id,
            role_definition_name="Storage Blob Delegator",
            principal_id=delegator.object_id,
            principal_type=delegator.kind,
        )

    def _assign(self, holder: str, container: Layer | SideContainer, rendered: StorageRole, what: str) -> None:
        principal = self._config.principals[holder]
        defined = self._config.role_names.resource_id(rendered) if isinstance(rendered, DefinedRole) else None
        RoleAssignment(
            self,
            f"{holder}-on-{container}",
            scope=self._config.container_ids[container],
            role_definition_name=None if isinstance(rendered, DefinedRole) else rendered,
            role_definition_id=defined,
            principal_id=principal.object_id,
            principal_type=principal.kind,
            description=f"{holder}: {what}",
        )
