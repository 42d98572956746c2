"""What can be set for an environment, and what Azure would refuse of it. The values stand in `settings.py`."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from infra_cdktf.vm_sizes import VM_SIZES, WAREHOUSES

EnvironmentName = Literal["dev", "pre", "prod"]

SMALLEST_NETWORK_PREFIX = 20
"""An address space is split into quarters; a /20 leaves each Databricks subnet a thousand addresses."""


def _big_enough(network: IPv4Network) -> IPv4Network:
    if not network.is_private or network.prefixlen > SMALLEST_NETWORK_PREFIX:
        raise ValueError(f"{network} must be a private range of /{SMALLEST_NETWORK_PREFIX} or larger")
    return network


def _known_size(name: str) -> str:
    if name not in VM_SIZES:
        raise ValueError(f"{name} is not in vm_sizes.py, which the quota check needs; there are {', '.join(VM_SIZES)}")
    return name


def _known_warehouse(name: str) -> str:
    if name not in WAREHOUSES:
        raise ValueError(f"{name} is not in vm_sizes.py; there are {', '.join(WAREHOUSES)}")
    return name


AddressSpace = Annotated[IPv4Network, AfterValidator(_big_enough)]
VmSizeName = Annotated[str, AfterValidator(_known_size)]


def pairs(named: Mapping[str, IPv4Network]) -> list[tuple[tuple[str, IPv4Network], tuple[str, IPv4Network]]]:
    """Every two of the named ranges."""
    return list(combinations(named.items(), 2))


class Frozen(BaseModel):
    """Settings never change once read, and an unknown one is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkSettings(Frozen):
    """Address ranges, and the way out: through a NAT gateway, or a firewall that lets named hosts pass.

    Pods, services and the clients of the VPN live in ranges that no environment's network may touch.
    """

    address_space: AddressSpace
    pod_cidr: IPv4Network = IPv4Network("192.168.0.0/16")
    service_cidr: IPv4Network = IPv4Network("172.31.0.0/16")
    vpn_cidr: IPv4Network = IPv4Network("172.30.0.0/24")
    zones: tuple[str, ...] = ("1", "2", "3")
    egress: Literal["nat", "firewall"] = "nat"

    @model_validator(mode="after")
    def _ranges_are_apart(self) -> Self:
        names = ("address_space", "pod_cidr", "service_cidr", "vpn_cidr")
        for (one, first), (other, second) in pairs({name: getattr(self, name) for name in names}):
            if first.overlaps(second):
                raise ValueError(f"{one} {first} overlaps {other} {second}")
        return self


class EntrySettings(Frozen):
    """How people and deployments come in.

    `vpn` makes a VPN gateway that people sign in to with Entra; false where your organization's own network is peered.
    `runner` makes a container app job inside that runs deployments. `workspace_front_end` is `private`, or `listed`:
    then the workspace's pages have a public address too, for `people_ip_ranges` alone.
    """

    vpn: bool = True
    runner: bool = True
    workspace_front_end: Literal["private", "listed"] = "private"


class ClusterSettings(Frozen):
    """AKS: sizes and numbers of nodes, and the add-ons that cost extra.

    The pool `system` runs what AKS itself needs, `services` Prefect's worker and every other pod without a toleration,
    `flows` the flows' pods.
    """

    system_node_size: VmSizeName = "Standard_D4ds_v5"
    system_nodes_min: int = Field(ge=1)
    system_nodes_max: int = Field(ge=1)
    services_node_size: VmSizeName = "Standard_D2ds_v5"
    services_nodes_max: int = Field(ge=1)
    flow_node_size: VmSizeName = "Standard_D4ds_v5"
    flow_nodes_max: int = Field(ge=1)
    defender: bool
    azure_policy: bool = True


class LakeSettings(Frozen):
    """Storage account of the lake. Files that branches dropped are deleted after `landing_days`.

    `file_events` lets Auto Loader learn of raw files by events and not by listing them all. They may be late, and need
    rights of their own (docs/infrastructure.md).
    """

    replication: Literal["LRS", "ZRS", "GZRS"]
    soft_delete_days: int = Field(ge=7, le=365)
    landing_days: int = Field(default=90, ge=1)
    logs_reads: bool = True
    file_events: bool = False


class DatabricksSettings(Frozen):
    """The pipelines' compute. `runtime` is the key of a long-term-support runtime: 18 LTS is Spark 4.1.

    `serverless_queries` runs people's queries in Databricks' own network, on none of the subscription's vCPUs; they
    reach the lake through private endpoints that are approved once.
    """

    runtime: str = "18.x-scala2.13"
    node_type: VmSizeName = "Standard_D4ds_v5"
    workers_min: int = 1
    workers_max: int = Field(default=5, ge=1)
    photon: bool
    warehouse_size: Annotated[str, AfterValidator(_known_warehouse)] = "2X-Small"
    serverless_queries: bool = False
    task_retries: int = Field(ge=0, le=5)
    job_timeout_minutes: int = Field(ge=10)


class EnvironmentSettings(Frozen):
    """One environment, whole.

    `protects_data` keeps Terraform from ever destroying what holds data. `grafana` replaces the workbook.
    `prefect_server` is Prefect Cloud, or a server of one's own on AKS with a database of its own.
    `owns_account_objects` is true in one environment, the first to be deployed: what exists once per Databricks account
    is not made once per environment. The log workspace takes no more than `log_gb_a_day`.
    """

    name: EnvironmentName
    location: str
    network: NetworkSettings
    entry: EntrySettings = EntrySettings()
    cluster: ClusterSettings
    lake: LakeSettings
    databricks: DatabricksSettings
    prefect_server: Literal["cloud", "self-hosted"] = "cloud"
    protects_data: bool
    log_retention_days: int = Field(ge=30, le=730)
    log_gb_a_day: float = Field(gt=0)
    monthly_budget_brl: int = Field(gt=0)
    grafana: bool
    owns_account_objects: bool = False

    @model_validator(mode="after")
    def _keeps_production_data(self) -> Self:
        if self.name == "prod" and not self.protects_data:
            raise ValueError("protects_data must be true in prod")
        return self
