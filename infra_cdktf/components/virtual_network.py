"""The environment's network: a range for each kind of tenant, each behind its own security group."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf_cdktf_provider_azurerm.network_security_group import NetworkSecurityGroup
from cdktf_cdktf_provider_azurerm.subnet import Subnet, SubnetDelegation, SubnetDelegationServiceDelegation
from cdktf_cdktf_provider_azurerm.subnet_network_security_group_association import (
    SubnetNetworkSecurityGroupAssociation,
)
from cdktf_cdktf_provider_azurerm.virtual_network import VirtualNetwork as AzureVirtualNetwork
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

DATABRICKS_DELEGATION = "Microsoft.Databricks/workspaces"
DATABRICKS_ACTIONS = [
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
    "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
]


@dataclass(frozen=True)
class SubnetPlan:
    """A subnet's name, its share of the address space and whether Databricks manages it."""

    name: str
    range: IPv4Network
    delegated: bool = False


def plan_subnets(address_space: IPv4Network) -> tuple[SubnetPlan, ...]:
    """Split an address space of /20 or larger: a quarter each for AKS nodes and Databricks' two, 1/16 for endpoints."""
    nodes, host, container, rest = address_space.subnets(prefixlen_diff=2)
    endpoints = next(rest.subnets(prefixlen_diff=2))
    return (
        SubnetPlan("nodes", nodes),
        SubnetPlan("endpoints", endpoints),
        SubnetPlan("databricks-host", host, delegated=True),
        SubnetPlan("databricks-container", container, delegated=True),
    )


@dataclass(frozen=True, kw_only=True)
class VirtualNetworkConfig:
    """Name prefix, placement and private range."""

    placement: Placement
    name: str
    address_space: IPv4Network


@dataclass(frozen=True)
class VirtualNetworkOutputs:
    """Ids by subnet name (`nodes`, `endpoints`, `databricks-host`, `databricks-container`)."""

    network_id: str
    subnet_ids: dict[str, str]
    subnet_names: dict[str, str]
    security_group_association_ids: dict[str, str]


class VirtualNetwork(Construct):
    """One network; nothing comes in from the internet, and outbound goes through the NAT gateway alone."""

    def __init__(self, scope: Construct, construct_id: str, config: VirtualNetworkConfig) -> None:
        """Create the network with its subnets and security groups."""
        super().__init__(scope, construct_id)
        self._placement = config.placement
        network = AzureVirtualNetwork(
            self,
            "network",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            address_space=[str(config.address_space)],
        )
        plans = plan_subnets(config.address_space)
        subnets = {plan.name: self._subnet(plan, network.name) for plan in plans}
        associations = {name: self._guarded(name, config.name, subnet) for name, subnet in subnets.items()}
        self.outputs = VirtualNetworkOutputs(
            network_id=network.id,
            subnet_ids={name: subnet.id for name, subnet in subnets.items()},
            subnet_names={name: subnet.name for name, subnet in subnets.items()},
            security_group_association_ids={name: made.id for name, made in associations.items()},
        )

    def _subnet(self, plan: SubnetPlan, network_name: str) -> Subnet:
        return Subnet(
            self,
            f"subnet-{plan.name}",
            name=plan.name,
            resource_group_name=self._placement.resource_group_name,
            virtual_network_name=network_name,
            address_prefixes=[str(plan.range)],
            default_outbound_access_enabled=False,
            private_endpoint_network_policies="Enabled",
            delegation=_databricks_delegation() if plan.delegated else None,
        )

    def _guarded(self, name: str, network_name: str, subnet: Subnet) -> SubnetNetworkSecurityGroupAssociation:
        # No rules of our own: Azure's defaults admit the network itself and deny the internet, and Databricks adds
        # what its delegated subnets need.
        group = NetworkSecurityGroup(
            self,
            f"security-group-{name}",
            name=f"{network_name}-{name}",
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.location,
            tags=self._placement.tags,
        )
        return SubnetNetworkSecurityGroupAssociation(
            self, f"guard-{name}", subnet_id=subnet.id, network_security_group_id=group.id
        )


def _databricks_delegation() -> list[SubnetDelegation]:
    service = SubnetDelegationServiceDelegation(name=DATABRICKS_DELEGATION, actions=DATABRICKS_ACTIONS)
    return [SubnetDelegation(name="databricks", service_delegation=service)]
