"""Stack 7: Unity Catalog, inside the workspace that the stack before created."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.components.job_volumes import JobVolumes, JobVolumesConfig, JobVolumesOutputs
from infra_cdktf.components.lake_locations import LakeLocations, LakeLocationsConfig, LakeLocationsOutputs
from infra_cdktf.components.lake_storage import LakeStorageOutputs
from infra_cdktf.components.system_tables import SystemTables, SystemTablesConfig
from infra_cdktf.components.unity_catalog import UnityCatalog, UnityCatalogConfig, UnityCatalogOutputs
from infra_cdktf.environment import Environment
from infra_cdktf.stacks.access import ADMINS, AccessOutputs
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.stacks.workspace import WorkspaceOutputs


@dataclass(frozen=True)
class CatalogOutputs:
    """What pipelines read, write and are granted."""

    catalog: UnityCatalogOutputs
    locations: LakeLocationsOutputs
    volumes: JobVolumesOutputs


class CatalogStack(EnvironmentStack):
    """Credential, locations, catalog, schemas, volumes and system tables."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        lake: LakeStorageOutputs,
        access: AccessOutputs,
        workspace: WorkspaceOutputs,
    ) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "catalog")
        self.workspace_provider(workspace.workspace.url, workspace.workspace.resource_id)
        name = environment.names.catalog
        locations = LakeLocations(
            self, "locations", LakeLocationsConfig(name=name, connector=workspace.connector, urls=lake.urls)
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
            self, "volumes", JobVolumesConfig(catalog=catalog, bronze_url=lake.urls[Layer.BRONZE])
        ).outputs
        SystemTables(
            self,
            "system-tables",
            SystemTablesConfig(
                admins=access.databricks.grant_names[ADMINS], turns_on=environment.settings.owns_account_objects
            ),
        )
        self.outputs = CatalogOutputs(catalog, locations.outputs, volumes)
