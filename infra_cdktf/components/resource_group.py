"""A resource group, and where it places the resources in it."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.resource_group import ResourceGroup as AzureResourceGroup
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a resource lies and how it is tagged."""

    resource_group_id: str
    resource_group_name: str
    location: str
    tags: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ResourceGroupConfig:
    """Name, region and tags of the group; its resources carry the same tags."""

    name: str
    location: str
    tags: dict[str, str]


class ResourceGroup(Construct):
    """One resource group."""

    def __init__(self, scope: Construct, construct_id: str, config: ResourceGroupConfig) -> None:
        """Create the group."""
        super().__init__(scope, construct_id)
        group = AzureResourceGroup(self, "group", name=config.name, location=config.location, tags=config.tags)
        self.placement = Placement(
            resource_group_id=group.id, resource_group_name=group.name, location=config.location, tags=config.tags
        )
