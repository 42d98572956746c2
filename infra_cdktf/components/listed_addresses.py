"""Which public addresses may open a workspace whose front end is not private."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.ip_access_list import IpAccessList
from cdktf_cdktf_provider_databricks.workspace_conf import WorkspaceConf
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ListedAddressesConfig:
    """Ranges and single addresses of people."""

    ip_ranges: tuple[str, ...]


class ListedAddresses(Construct):
    """The list is turned on and filled; whoever comes through the private endpoint is not asked for an address."""

    def __init__(self, scope: Construct, construct_id: str, config: ListedAddressesConfig) -> None:
        """Turn the list on, then fill it."""
        super().__init__(scope, construct_id)
        on = WorkspaceConf(self, "on", custom_config={"enableIpAccessLists": "true"})
        IpAccessList(
            self, "people", label="people", list_type="ALLOW", ip_addresses=list(config.ip_ranges), depends_on=[on]
        )
