"""What each environment looks like. Every difference between environments stands here and nowhere else."""

from __future__ import annotations

from ipaddress import IPv4Network

from infra_cdktf.accounts import Accounts
from infra_cdktf.environment_settings import (
    ClusterSettings,
    DatabricksSettings,
    EnvironmentSettings,
    LakeSettings,
    NetworkSettings,
    pairs,
)
from infra_cdktf.problems import InvalidSettings

DEV = EnvironmentSettings(
    name="dev",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.10.0.0/16")),
    # With one job at a time this fits into the 20 vCPUs that a new subscription has (python -m infra_cdktf.quota dev).
    cluster=ClusterSettings(
        system_node_size="Standard_D2ds_v5",
        system_nodes_min=1,
        system_nodes_max=2,
        services_nodes_max=1,
        flow_node_size="Standard_D2ds_v5",
        flow_nodes_max=2,
        defender=False,
    ),
    lake=LakeSettings(replication="LRS", soft_delete_days=7, logs_reads=False),
    databricks=DatabricksSettings(
        workers_max=1, photon=False, serverless_queries=True, task_retries=0, job_timeout_minutes=60
    ),
    protects_data=False,
    log_retention_days=30,
    log_gb_a_day=1,
    monthly_budget_brl=6_000,
    grafana=False,
    owns_account_objects=True,
)

PRE = EnvironmentSettings(
    name="pre",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.20.0.0/16")),
    cluster=ClusterSettings(
        system_nodes_min=2, system_nodes_max=3, services_nodes_max=2, flow_nodes_max=5, defender=True
    ),
    lake=LakeSettings(replication="ZRS", soft_delete_days=14),
    databricks=DatabricksSettings(photon=True, task_retries=2, job_timeout_minutes=120),
    protects_data=True,
    log_retention_days=90,
    log_gb_a_day=5,
    monthly_budget_brl=10_000,
    grafana=False,
)

PROD = EnvironmentSettings(
    name="prod",
    location="brazilsouth",
    network=NetworkSettings(address_space=IPv4Network("10.30.0.0/16"), egress="firewall"),
    cluster=ClusterSettings(
        system_nodes_min=2, system_nodes_max=5, services_nodes_max=3, flow_nodes_max=10, defender=True
    ),
    lake=LakeSettings(replication="ZRS", soft_delete_days=30),
    databricks=DatabricksSettings(photon=True, task_retries=2, job_timeout_minutes=120),
    protects_data=True,
    log_retention_days=180,
    log_gb_a_day=10,
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
        for (one, first), (other, second) in pairs(spaces)
        if first.overlaps(second)
    ]
    if len(spaces) < len(environments):
        problems.append("environments: two of them have the same name")
    if sum(settings.owns_account_objects for settings in environments) != 1:
        problems.append("environments: exactly one must have owns_account_objects = True")
    if problems:
        raise InvalidSettings(problems)


def check_entry(accounts: Accounts, environments: tuple[EnvironmentSettings, ...]) -> None:
    """A workspace that the internet may reach has a list of who may.

    Raises:
        InvalidSettings: a front end is `listed`, and no address is.
    """
    listed = [settings.name for settings in environments if settings.entry.workspace_front_end == "listed"]
    if listed and not accounts.people_ip_ranges:
        raise InvalidSettings(
            [f"accounts.toml: people_ip_ranges: is empty, and the front end of {name} is listed" for name in listed]
        )
