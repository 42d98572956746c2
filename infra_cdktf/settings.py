"""What each environment looks like. Every difference between environments stands here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from infra_cdktf.problems import InvalidSettings

EnvironmentName = Literal["dev", "pre", "prod"]

SMALLEST_NETWORK_PREFIX = 20
"""An address space is split into quarters; a /20 leaves each Databricks subnet a thousand addresses."""


def _big_enough(network: IPv4Network) -> IPv4Network:
    if not network.is_private or network.prefixlen > SMALLEST_NETWORK_PREFIX:
        raise ValueError(f"{network} must be a private range of /{SMALLEST_NETWORK_PREFIX} or larger")
    return network


AddressSpace = Annotated[IPv4Network, AfterValidator(_big_enough)]


def _pairs(named: Mapping[str, IPv4Network]) -> list[tuple[tuple[str, IPv4Network], tuple[str, IPv4Network]]]:
    return list(combinations(named.items(), 2))


class Frozen(BaseModel):
    """Settings never change once read, and an unknown one is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkSettings(Frozen):
    """Address ranges. Pods and services live in overlay ranges that no environment's network may touch."""

    address_space: AddressSpace
    pod_cidr: IPv4Network = IPv4Network("192.168.0.0/16")
    service_cidr: IPv4Network = IPv4Network("172.31.0.0/16")
    zones: tuple[str, ...] = ("1", "2", "3")

    @model_validator(mode="after")
    def _ranges_are_apart(self) -> Self:
        ranges = {"address_space": self.address_space, "pod_cidr": self.pod_cidr, "service_cidr": self.service_cidr}
        for (one, first), (other, second) in _pairs(ranges):
            if first.overlaps(second):
                raise ValueError(f"{one} {first} overlaps {other} {second}")
        return self


class ClusterSettings(Frozen):
    """AKS: sizes of the node pools and the add-ons that cost extra."""

    system_node_size: str = "Standard_D4ds_v5"
    system_nodes_max: int = Field(ge=2)
    flow_node_size: str = "Standard_D4ds_v5"
    flow_nodes_max: int = Field(ge=1)
    defender: bool
    azure_policy: bool = True


class LakeSettings(Frozen):
    """Storage account of the lake."""

    replication: Literal["LRS", "ZRS", "GZRS"]
    soft_delete_days: int = Field(ge=7, le=365)


class DatabricksSettings(Frozen):
    """The pipelines' compute. `runtime` is the key of a long-term-support runtime: 18 LTS is Spark 4.1."""

    runtime: str = "18.x-scala2.13"
    node_type: str = "Standard_D4ds_v5"
    workers_min: int = 1
    workers_max: int = Field(default=5, ge=1)
    photon: bool
    warehouse_size: str = "2X-Small"
    task_retries: int = Field(ge=0, le=5)
    job_timeout_minutes: int = Field(ge=10)


class EnvironmentSettings(Frozen):
    """One environment, whole.

    `protects_data` keeps Terraform from ever destroying what holds data. `grafana` replaces the workbook.
    `owns_account_objects` is true in one environment, the first to be deployed: governed tags and system schemas exist
    once per Databricks account and metastore, not once per environment.
    """

    name: EnvironmentName
    location: str
    network: NetworkSettings
    cluster: ClusterSettings
    lake: LakeSettings
    databricks: DatabricksSettings
    protects_data: bool
    log_retention_days: int = Field(ge=30, le=730)
    monthly_budget_brl: int = Field(gt=0)
    grafana: bool
    owns_account_objects: bool = False

    @model_validator(mode="after")
    def _keeps_production_data(self) -> Self:
        if self.name == "prod" and not self.protects_data:
            raise ValueError("protects_data must be true in prod")
        return self


DEV = EnvironmentSettings(
    name="dev",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.10.0.0/16")),
    cluster=ClusterSettings(system_nodes_max=3, flow_nodes_max=3, defender=False),
    lake=LakeSettings(replication="LRS", soft_delete_days=7),
    databricks=DatabricksSettings(photon=False, task_retries=0, job_timeout_minutes=60),
    protects_data=False,
    log_retention_days=30,
    monthly_budget_brl=6_000,
    grafana=False,
    owns_account_objects=True,
)

PRE = EnvironmentSettings(
    name="pre",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.20.0.0/16")),
    cluster=ClusterSettings(system_nodes_max=3, flow_nodes_max=5, defender=True),
    lake=LakeSettings(replication="ZRS", soft_delete_days=14),
    databricks=DatabricksSettings(photon=True, task_retries=2, job_timeout_minutes=120),
    protects_data=True,
    log_retention_days=90,
    monthly_budget_brl=10_000,
    grafana=False,
)

PROD = EnvironmentSettings(
    name="prod",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.30.0.0/16")),
    cluster=ClusterSettings(system_nodes_max=5, flow_nodes_max=10, defender=True),
    lake=LakeSettings(replication="ZRS", soft_delete_days=30),
    databricks=DatabricksSettings(photon=True, task_retries=2, job_timeout_minutes=120),
    protects_data=True,
    log_retention_days=180,
    monthly_budget_brl=25_000,
    grafana=True,
)

ENVIRONMENTS = (DEV, PRE, PROD)


def environment_settings(name: str) -> EnvironmentSettings:
    """The settings of the environment called `name`.

    Raises:
        InvalidSettings: there is no such environment.
    """
    found = next((settings for settings in ENVIRONMENTS if settings.name == name), None)
    if found is None:
        known = ", ".join(settings.name for settings in ENVIRONMENTS)
        raise InvalidSettings([f"environment {name!r}: unknown; there are {known}"])
    return found


def check_together(environments: tuple[EnvironmentSettings, ...]) -> None:
    """What no environment shows alone: their networks can be peered, and they share one Databricks account.

    Raises:
        InvalidSettings: address spaces overlap, a name stands twice, or not exactly one owns the account's objects.
    """
    spaces: dict[str, IPv4Network] = {settings.name: settings.network.address_space for settings in environments}
    problems = [
        f"{one}.network.address_space: {first} overlaps {other}'s {second}"
        for (one, first), (other, second) in _pairs(spaces)
        if first.overlaps(second)
    ]
    if len(spaces) < len(environments):
        problems.append("environments: two of them have the same name")
    if sum(settings.owns_account_objects for settings in environments) != 1:
        problems.append("environments: exactly one must have owns_account_objects = True")
    if problems:
        raise InvalidSettings(problems)
