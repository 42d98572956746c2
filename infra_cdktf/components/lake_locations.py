"""The lake as Unity Catalog knows it: one credential, and an external location per container."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_databricks.external_location import (
    ExternalLocation,
    ExternalLocationFileEventQueue,
    ExternalLocationFileEventQueueManagedAqs,
)
from cdktf_cdktf_provider_databricks.storage_credential import (
    StorageCredential,
    StorageCredentialAzureManagedIdentity,
)
from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.components.access_connector import AccessConnectorOutputs
from infra_cdktf.lake_containers import SideContainer

READ_ONLY = (Layer.RAW, SideContainer.WHEELS)
"""What nobody writes through Unity Catalog: raw comes from the flows, wheels from a release."""
ISOLATED = "ISOLATION_MODE_ISOLATED"


@dataclass(frozen=True, kw_only=True)
class LakeLocationsConfig:
    """Names in the metastore start with `name`, because environments share it; `urls` are the containers' addresses.

    With `file_events` Databricks keeps a queue of what lands in raw, in the lake's account.
    """

    name: str
    connector: AccessConnectorOutputs
    urls: dict[Layer | SideContainer, str]
    file_events: bool
    lake_resource_group: str
    subscription_id: str


@dataclass(frozen=True)
class LakeLocationsOutputs:
    """External locations' names by container."""

    names: dict[Layer | SideContainer, str]


class LakeLocations(Construct):
    """Usable from this workspace only; raw and the wheels can be read and never written.

    Not validated when created: the lake has no public address, and validation comes from Databricks' own network.
    Databricks enables file events of a location that says nothing of them, so each says whether it has them.
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
        queue = ExternalLocationFileEventQueue(
            managed_aqs=ExternalLocationFileEventQueueManagedAqs(
                resource_group=config.lake_resource_group, subscription_id=config.subscription_id
            )
        )
        with_events = (Layer.RAW,) if config.file_events else ()
        locations = {
            container: ExternalLocation(
                self,
                container.value,
                name=f"{config.name}_{container}",
                url=config.urls[container],
                credential_name=credential.name,
                read_only=container in READ_ONLY,
                isolation_mode=ISOLATED,
                skip_validation=True,
                comment=f"Container {container} of the lake.",
                enable_file_events=container in with_events,
                file_event_queue=queue if container in with_events else None,
            )
            for container in (*Layer, SideContainer.WHEELS, SideContainer.CHECKPOINTS)
        }
        self.resources: list[ITerraformDependable] = list(locations.values())
        self.outputs = LakeLocationsOutputs({name: location.name for name, location in locations.items()})
