"""How Databricks' serverless compute, which runs in Databricks' own network, reaches the lake."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformProvider
from cdktf_cdktf_provider_databricks.mws_ncc_binding import MwsNccBinding
from cdktf_cdktf_provider_databricks.mws_ncc_private_endpoint_rule import MwsNccPrivateEndpointRule
from cdktf_cdktf_provider_databricks.mws_network_connectivity_config import MwsNetworkConnectivityConfig
from constructs import Construct

STORAGE_SERVICES = ("blob", "dfs")


@dataclass(frozen=True, kw_only=True)
class ServerlessNetworkConfig:
    """The workspace (Databricks' number), its region, and the lake's account."""

    account_provider: TerraformProvider
    name: str
    location: str
    workspace_number: float
    lake_account_id: str


class ServerlessNetwork(Construct):
    """A private endpoint per storage service, which somebody approves once on the lake's account."""

    def __init__(self, scope: Construct, construct_id: str, config: ServerlessNetworkConfig) -> None:
        """Ask for the endpoints and bind them to the workspace."""
        super().__init__(scope, construct_id)
        provider = config.account_provider
        network = MwsNetworkConnectivityConfig(
            self, "network", provider=provider, name=config.name, region=config.location
        )
        for service in STORAGE_SERVICES:
            MwsNccPrivateEndpointRule(
                self,
                f"to-{service}",
                provider=provider,
                network_connectivity_config_id=network.network_connectivity_config_id,
                resource_id=config.lake_account_id,
                group_id=service,
            )
        MwsNccBinding(
            self,
            "binding",
            provider=provider,
            network_connectivity_config_id=network.network_connectivity_config_id,
            workspace_id=config.workspace_number,
        )
