"""Who may do what in the catalog: the lake's roles, rendered as Unity Catalog privileges, and nobody else.

Each grant is authoritative for its securable: whatever was granted by hand is gone with the next deployment. Tables are
granted through their schema, so that a table the job creates tomorrow is covered today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cdktf_cdktf_provider_databricks.grants import Grants, GrantsGrant
from constructs import Construct

from contracts.lake_terms import Layer, Role
from infra_cdktf.access_matrix import TABLE_LAYERS, location_privileges, schema_privileges
from infra_cdktf.components.job_volumes import CHECKPOINTS, WHEELS, JobVolumesOutputs
from infra_cdktf.components.lake_locations import LakeLocationsOutputs
from infra_cdktf.components.unity_catalog import UnityCatalogOutputs

VOLUME_PRIVILEGES = {CHECKPOINTS: ("READ_VOLUME", "WRITE_VOLUME"), WHEELS: ("READ_VOLUME",)}
"""What the pipeline needs of its volumes; people have no business there."""


@dataclass(frozen=True, kw_only=True)
class CatalogGrantsConfig:
    """Securables, and the lake's roles with the name by which Databricks knows each."""

    roles: tuple[Role, ...]
    grant_names: dict[str, str]
    catalog: UnityCatalogOutputs
    locations: LakeLocationsOutputs
    volumes: JobVolumesOutputs
    pipeline_role: str


class CatalogGrants(Construct):
    """Grants on the catalog, its schemas, the external locations and the job's volumes."""

    def __init__(self, scope: Construct, construct_id: str, config: CatalogGrantsConfig) -> None:
        """Grant."""
        super().__init__(scope, construct_id)
        self._config = config
        Grants(self, "catalog", catalog=config.catalog.catalog, grant=self._grants(_on_catalog))
        for layer in TABLE_LAYERS:
            Grants(
                self,
                f"schema-{layer}",
                schema=config.catalog.schemas[layer],
                grant=self._grants(partial(schema_privileges, layer=layer)),
            )
        for layer in Layer:
            Grants(
                self,
                f"location-{layer}",
                external_location=config.locations.names[layer],
                grant=self._grants(partial(_on_location, layer=layer)),
            )
        pipeline = config.grant_names[config.pipeline_role]
        for volume, privileges in VOLUME_PRIVILEGES.items():
            Grants(
                self,
                f"volume-{volume}",
                volume=config.volumes.full_names[volume],
                grant=[GrantsGrant(principal=pipeline, privileges=list(privileges))],
            )

    def _grants(self, privileges_of: Callable[[Role], tuple[str, ...]]) -> list[GrantsGrant]:
        return [
            GrantsGrant(principal=self._config.grant_names[role.name], privileges=list(privileges))
            for role in self._config.roles
            if (privileges := privileges_of(role))
        ]


def _on_catalog(role: Role) -> tuple[str, ...]:
    return ("USE_CATALOG",) if any(schema_privileges(role, layer) for layer in TABLE_LAYERS) else ()


def _on_location(role: Role, layer: Layer) -> tuple[str, ...]:
    # Workloads outside Databricks reach files through Azure's roles, not through Unity Catalog.
    return location_privileges(role, layer) if _on_catalog(role) else ()
