"""The lake as Unity Catalog knows it: one credential, and an external location per layer."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_databricks.external_location import ExternalLocation
from cdktf_cdktf_provider_databricks.storage_credential import (
    StorageCredential,
    StorageCredentialAzureManagedIdentity,
)
from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.components.access_connector import AccessConnectorOutputs

ISOLATED = "ISOLATION_MODE_ISOLATED"


@dataclass(frozen=True, kw_only=True)
class LakeLocationsConfig:
    """Names in the metastore start with `name`, because environments share it; `urls` are the layers' containers."""

    name: str
    connector: AccessConnectorOutputs
    urls: dict[Layer, str]


@dataclass(frozen=True)
class LakeLocationsOutputs:
    """External locations' names by layer."""

    names: dict[Layer, str]


class LakeLocations(Construct):
    """Usable from this workspace only; raw can be read and never written.

    Not validated when created: the lake has no public address, and validation comes from Databricks' own network.
    """

    def __init__(self, scope: Construct, construct_id: str, config: LakeLocationsConfig) -> None:
        """Create credential and locations."""
        super().__init__(scope, construct_id)
        credential = StorageCredential(
            self,
            "credential",
            name=config.name,
            comment="The pipeline's identity, through the access connector.",
            isolation_mode=ISOLATED,
            skip_validation=True,
            azure_managed_identity=StorageCredentialAzureManagedIdentity(
                access_connector_id=config.connector.connector_id, managed_identity_id=config.connector.identity_id
            ),
        )
        locations = {
            layer: ExternalLocation(
                self,
                layer.value,
                name=f"{config.name}_{layer}",
                url=url,
                credential_name=credential.name,
                read_only=layer is Layer.RAW,
                isolation_mode=ISOLATED,
                skip_validation=True,
                comment=f"Container of the {layer} layer.",
            )
            for layer, url in config.urls.items()
        }
        self.resources: list[ITerraformDependable] = list(locations.values())
        self.outputs = LakeLocationsOutputs({layer: location.name for layer, location in locations.items()})
