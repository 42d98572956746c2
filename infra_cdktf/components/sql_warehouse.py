"""The warehouse that people's queries and the dashboard run on."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl
from cdktf_cdktf_provider_databricks.sql_endpoint import (
    SqlEndpoint,
    SqlEndpointTags,
    SqlEndpointTagsCustomTags,
)
from constructs import Construct

IDLE_MINUTES = 10


@dataclass(frozen=True, kw_only=True)
class SqlWarehouseConfig:
    """Size as Databricks names it, whose network it runs in, and the groups that use it."""

    name: str
    size: str
    serverless: bool
    tags: dict[str, str]
    users: tuple[str, ...]


@dataclass(frozen=True)
class SqlWarehouseOutputs:
    """Databricks' id of the warehouse."""

    warehouse_id: str


class SqlWarehouse(Construct):
    """A warehouse that stops when idle.

    A serverless one runs in Databricks' network: it takes none of the subscription's vCPUs, and reads tables once its
    endpoints to the lake are approved.
    """

    def __init__(self, scope: Construct, construct_id: str, config: SqlWarehouseConfig) -> None:
        """Create the warehouse and let the groups use it."""
        super().__init__(scope, construct_id)
        warehouse = SqlEndpoint(
            self,
            "warehouse",
            name=config.name,
            cluster_size=config.size,
            warehouse_type="PRO",
            enable_serverless_compute=config.serverless,
            min_num_clusters=1,
            max_num_clusters=1,
            auto_stop_mins=IDLE_MINUTES,
            no_wait=True,
            tags=SqlEndpointTags(
                custom_tags=[SqlEndpointTagsCustomTags(key=key, value=value) for key, value in config.tags.items()]
            ),
        )
        Permissions(
            self,
            "users",
            sql_endpoint_id=warehouse.id,
            access_control=[
                PermissionsAccessControl(group_name=group, permission_level="CAN_USE") for group in config.users
            ],
        )
        self.outputs = SqlWarehouseOutputs(warehouse.id)
