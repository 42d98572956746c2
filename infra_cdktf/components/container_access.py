"""Who may do what on the lake's containers: its roles, rendered as storage roles, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from cdktf_cdktf_provider_azurerm.role_definition import RoleDefinition, RoleDefinitionPermissions
from constructs import Construct

from contracts.lake_terms import Layer, Role
from infra_cdktf.access_matrix import READ_CONTAINER, StorageRole, storage_role


@dataclass(frozen=True, kw_only=True)
class ContainerAccessConfig:
    """The lake with its roles, and each role's Entra principal.

    `role_name_prefix` keeps the names of the roles defined here apart from other environments' in the tenant.
    """

    account_id: str
    container_ids: dict[Layer, str]
    roles: tuple[Role, ...]
    principal_ids: dict[str, str]
    role_name_prefix: str


class ContainerAccess(Construct):
    """A role assignment for every cell of the roles' access matrix that is not empty."""

    def __init__(self, scope: Construct, construct_id: str, config: ContainerAccessConfig) -> None:
        """Define the roles that Azure lacks and assign all."""
        super().__init__(scope, construct_id)
        cells = [
            (role, layer, rendered)
            for role in config.roles
            for layer in Layer
            if (rendered := storage_role(role, layer)) is not None
        ]
        definitions = self._definitions({rendered for _, _, rendered in cells}, config)
        for role, layer, rendered in cells:
            definition = definitions.get(rendered.name)
            RoleAssignment(
                self,
                f"{role.name}-on-{layer}",
                scope=config.container_ids[layer],
                role_definition_name=None if definition else rendered.name,
                role_definition_id=definition.role_definition_resource_id if definition else None,
                principal_id=config.principal_ids[role.name],
                principal_type=_principal_type(role),
                description=f"{role.name}: {', '.join(role.access_by_layer[layer])} {layer}",
            )

    def _definitions(self, roles: Iterable[StorageRole], config: ContainerAccessConfig) -> dict[str, RoleDefinition]:
        own = sorted((role for role in roles if role.defined_here), key=lambda role: role.name)
        return {
            role.name: RoleDefinition(
                self,
                role.name,
                name=f"{config.role_name_prefix}-{role.name}",
                scope=config.account_id,
                assignable_scopes=[config.account_id],
                permissions=[RoleDefinitionPermissions(actions=[READ_CONTAINER], data_actions=list(role.data_actions))],
            )
            for role in own
        }


def _principal_type(role: Role) -> str:
    return "ServicePrincipal" if role.workload else "Group"
