"""The groups of people that the lake's roles stand for."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azuread.group import Group
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class EntraGroupsConfig:
    """Descriptions of the groups by the name of the role, and each one's display name."""

    descriptions: dict[str, str]
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
            name: Group(
                self,
                name,
                display_name=config.display_names[name],
                description=description,
                security_enabled=True,
                prevent_duplicate_names=True,
            )
            for name, description in config.descriptions.items()
        }
        self.outputs = EntraGroupsOutputs({name: group.object_id for name, group in groups.items()})
