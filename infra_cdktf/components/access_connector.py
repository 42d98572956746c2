"""The bridge by which Unity Catalog signs in to the lake, as the pipeline's identity."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.databricks_access_connector import (
    DatabricksAccessConnector,
    DatabricksAccessConnectorIdentity,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class AccessConnectorConfig:
    """The identity that holds the rights on the containers."""

    placement: Placement
    name: str
    identity_id: str


@dataclass(frozen=True)
class AccessConnectorOutputs:
    """Resource ids of the connector and of the identity it uses."""

    connector_id: str
    identity_id: str


class AccessConnector(Construct):
    """One connector with one user-assigned identity."""

    def __init__(self, scope: Construct, construct_id: str, config: AccessConnectorConfig) -> None:
        """Create the connector."""
        super().__init__(scope, construct_id)
        connector = DatabricksAccessConnector(
            self,
            "connector",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            identity=DatabricksAccessConnectorIdentity(type="UserAssigned", identity_ids=[config.identity_id]),
        )
        self.outputs = AccessConnectorOutputs(connector.id, config.identity_id)
