"""Stack 7: Unity Catalog, inside the workspace that the stack before created."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from infra_cdktf.components.job_volumes import JobVolumes, JobVolumesConfig, JobVolumesOutputs
from infra_cdktf.components.lake_locations import LakeLocations, LakeLocationsConfig, LakeLocationsOutputs
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.listed_addresses import ListedAddresses, ListedAddressesConfig
from infra_cdktf.components.unity_catalog import UnityCatalog, UnityCatalogConfig, UnityCatalogOutputs
from infra_cdktf.environment import Environment
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.workspace import WorkspaceOutputs


@dataclass(frozen=True)
class CatalogOutputs:
    """What pipelines read, write and are granted."""

    catalog: UnityCatalogOutputs
    locations: LakeLocationsOutputs
    volumes: JobVolumesOutputs


class CatalogStack(EnvironmentStack):
    """Credential, locations, catalog, schemas and volumes."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        lake: LakeStorageOutputs,
        workspace: WorkspaceOutputs,
    ) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "catalog")
        self.workspace_provider(workspace.workspace.url, workspace.workspace.resource_id)
        name = environment.names.catalog
        locations = LakeLocations(
            self,
            "locations",
            LakeLocationsConfig(
                name=name,
                connector=workspace.connector,
                urls=lake.urls,
                file_events=environment.settings.lake.file_events,
                lake_resource_group=environment.names.resource("lake"),
                subscription_id=environment.subscription_id,
            ),
        )
        catalog = UnityCatalog(
            self,
            "catalog",
            UnityCatalogConfig(
                name=name,
                workspace_number=workspace.workspace.workspace_number,
                urls=lake.urls,
                protects_data=environment.settings.protects_data,
                locations=locations,
            ),
        ).outputs
        volumes = JobVolumes(
            self, "volumes", JobVolumesConfig(catalog=catalog, locations=locations, urls=lake.urls)
        ).outputs
        if environment.settings.entry.workspace_front_end == "listed":
            addresses = ListedAddressesConfig(ip_ranges=environment.accounts.people_ip_ranges)
            ListedAddresses(self, "listed-addresses", addresses)
        self.outputs = CatalogOutputs(catalog, locations.outputs, volumes)
