"""How an environment's address space is divided, and what Azure asks of the subnets of some services."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from infra_cdktf.environment_settings import EntrySettings, NetworkSettings

_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
_DATABRICKS_ACTIONS = (
    _JOIN,
    "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
    "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
)
FIREWALL, GATEWAY = "AzureFirewallSubnet", "GatewaySubnet"
"""Azure knows these two by their names and refuses security groups on them."""
ENDPOINTS, NODES, RESOLVER, RUNNER = "endpoints", "nodes", "resolver", "runner"


@dataclass(frozen=True)
class SubnetPlan:
    """A subnet's name and range, the service that manages it if one does, and whether a security group guards it."""

    name: str
    range: IPv4Network
    delegated_to: str | None = None
    delegated_actions: tuple[str, ...] = ()
    guarded: bool = True

    @property
    def delegation_name(self) -> str:
        """What the delegation is called: the service's short name."""
        return str(self.delegated_to).split("/")[0].partition(".")[2].lower()


def plan_subnets(network: NetworkSettings, entry: EntrySettings) -> tuple[SubnetPlan, ...]:
    """Split an address space of /20 or larger: a quarter each for AKS nodes and Databricks' two, 1/16 for endpoints.

    Another 1/16 is split among what brings people and deployments in and filters what goes out, as far as the settings
    ask for it. Its places are the same whatever is asked for, so that a setting moves no other subnet.
    """
    nodes, host, container, rest = network.address_space.subnets(prefixlen_diff=2)
    endpoints, services, *_ = rest.subnets(prefixlen_diff=2)
    firewall, gateway, runner, resolver = services.subnets(prefixlen_diff=2)
    databricks = ("Microsoft.Databricks/workspaces", _DATABRICKS_ACTIONS)
    plans = [
        SubnetPlan(NODES, nodes),
        SubnetPlan(ENDPOINTS, endpoints),
        SubnetPlan("databricks-host", host, *databricks),
        SubnetPlan("databricks-container", container, *databricks),
    ]
    if network.egress == "firewall":
        plans.append(SubnetPlan(FIREWALL, firewall, guarded=False))
    if entry.vpn:
        plans.append(SubnetPlan(GATEWAY, gateway, guarded=False))
        plans.append(SubnetPlan(RESOLVER, resolver, "Microsoft.Network/dnsResolvers", (_JOIN,)))
    if entry.runner:
        plans.append(SubnetPlan(RUNNER, runner, "Microsoft.App/environments", (_JOIN,)))
    return tuple(plans)


def ingress_address(network: NetworkSettings) -> str:
    """The address of what the cluster serves inside the network: the nodes' subnet's last one but three.

    Azure gives nodes addresses from the beginning on.
    """
    nodes = next(network.address_space.subnets(prefixlen_diff=2))
    return str(nodes.broadcast_address - 3)


def subnets_with_way_out(entry: EntrySettings) -> tuple[str, ...]:
    """The subnets whose machines call hosts on the internet."""
    return (NODES, "databricks-host", "databricks-container", *((RUNNER,) if entry.runner else ()))
