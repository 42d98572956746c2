"""The environment's network: a range for each kind of tenant, each behind its own security group."""

from __future__ import annotations

from collections.abc import Iterable
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
from infra_cdktf.subnets import SubnetPlan


@dataclass(frozen=True, kw_only=True)
class VirtualNetworkConfig:
    """Name prefix, placement, private range and the subnets in it."""

    placement: Placement
    name: str
    address_space: IPv4Network
    subnets: Iterable[SubnetPlan]


@dataclass(frozen=True)
class VirtualNetworkOutputs:
    """The network's id and name, and ids by subnet name (see `infra_cdktf.subnets`)."""

    network_id: str
    network_name: str
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
        plans = tuple(config.subnets)
        subnets = {plan.name: self._subnet(plan, network.name) for plan in plans}
        associations = {
            plan.name: self._guarded(plan.name, config.name, subnets[plan.name]) for plan in plans if plan.guarded
        }
        self.outputs = VirtualNetworkOutputs(
            network_id=network.id,
            network_name=network.name,
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
            delegation=_delegation(plan) if plan.delegated_to else None,
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


def _delegation(plan: SubnetPlan) -> list[SubnetDelegation]:
    service = SubnetDelegationServiceDelegation(name=str(plan.delegated_to), actions=list(plan.delegated_actions))
    return [SubnetDelegation(name=plan.delegation_name, service_delegation=service)]
