"""The environment's catalog, with a schema per table layer, visible in this workspace only."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_databricks.catalog import Catalog
from cdktf_cdktf_provider_databricks.schema import Schema
from cdktf_cdktf_provider_databricks.workspace_binding import WorkspaceBinding
from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.access_matrix import TABLE_LAYERS
from infra_cdktf.components.lake_locations import LakeLocations
from infra_cdktf.lake_containers import SideContainer

MANAGED = "_managed"
"""Folder of managed tables. Tables of the pipeline lie beside it: no table may lie inside a managed location."""


@dataclass(frozen=True, kw_only=True)
class UnityCatalogConfig:
    """`locations` must exist first, because the managed storage of catalog and schemas lies in them."""

    name: str
    workspace_number: float
    urls: dict[Layer | SideContainer, str]
    protects_data: bool
    locations: LakeLocations


@dataclass(frozen=True)
class UnityCatalogOutputs:
    """The catalog's name, and schemas' full names (for grants) and short names by layer."""

    catalog: str
    schemas: dict[Layer, str]
    schema_names: dict[Layer, str]


class UnityCatalog(Construct):
    """Catalog, binding and schemas."""

    def __init__(self, scope: Construct, construct_id: str, config: UnityCatalogConfig) -> None:
        """Create all."""
        super().__init__(scope, construct_id)
        lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if config.protects_data else None
        catalog = Catalog(
            self,
            "catalog",
            name=config.name,
            comment="The lake's tables, from bronze to gold.",
            isolation_mode="ISOLATED",
            storage_root=f"{config.urls[Layer.GOLD]}{MANAGED}/catalog",
            force_destroy=False,
            lifecycle=lifecycle,
            depends_on=config.locations.resources,
        )
        WorkspaceBinding(
            self,
            "binding",
            securable_type="catalog",
            securable_name=catalog.name,
            workspace_id=config.workspace_number,
            binding_type="BINDING_TYPE_READ_WRITE",
        )
        schemas = {
            layer: Schema(
                self,
                layer.value,
                catalog_name=catalog.name,
                name=layer.value,
                comment=f"Tables of the {layer} layer.",
                storage_root=f"{config.urls[layer]}{MANAGED}/schema",
                force_destroy=False,
                lifecycle=lifecycle,
            )
            for layer in TABLE_LAYERS
        }
        self.outputs = UnityCatalogOutputs(
            catalog=catalog.name,
            schemas={layer: schema.id for layer, schema in schemas.items()},
            schema_names={layer: schema.name for layer, schema in schemas.items()},
        )
