"""The groups of people that the lake's roles stand for."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azuread.group import Group
from constructs import Construct

from contracts.lake_terms import Role


@dataclass(frozen=True, kw_only=True)
class EntraGroupsConfig:
    """The roles of people, with the display name of each one's group."""

    roles: tuple[Role, ...]
    display_names: dict[str, str]


@dataclass(frozen=True)
class EntraGroupsOutputs:
    """Object ids by role name."""

    object_ids: dict[str, str]


class EntraGroups(Construct):
    """A security group per role. Who is in it is decided in Entra, not here."""

    def __init__(self, scope: Construct, construct_id: str, config: EntraGroupsConfig) -> None:
        """Create the groups."""
        super().__init__(scope, construct_id)
        groups = {
            role.name: Group(
                self,
                role.name,
                display_name=config.display_names[role.name],
                description=role.description,
                security_enabled=True,
                prevent_duplicate_names=True,
            )
            for role in config.roles
        }
        self.outputs = EntraGroupsOutputs({name: group.object_id for name, group in groups.items()})
