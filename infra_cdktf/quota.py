"""Whether the subscription's quota is large enough, asked before anything is made: `python -m infra_cdktf.quota dev`.

Azure counts vCPUs per region twice: those of each family of machines, and all together (`cores`). What an environment
takes at most is added up from its settings; what there is, is asked of Azure (`az vm list-usage`, read only).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from infra_cdktf.environment_settings import EnvironmentSettings
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import environment_settings
from infra_cdktf.vm_sizes import VM_SIZES, WAREHOUSE_WORKER, WAREHOUSES

ALL_CORES = "cores"
NOT_CHECKED = "NOT CHECKED"


@dataclass(frozen=True)
class Machines:
    """How many machines of one size run at most, and what for."""

    purpose: str
    size: str
    number: int

    @property
    def vcpus(self) -> int:
        """What they take."""
        return VM_SIZES[self.size].vcpus * self.number


def machines(settings: EnvironmentSettings, *, jobs: int = 1) -> list[Machines]:
    """Everything that may run at the same time, with `jobs` jobs of Databricks at once.

    One node more counts for upgrades: AKS replaces the nodes of one pool after the other, a new one first.
    """
    cluster, databricks = settings.cluster, settings.databricks
    pools = [
        Machines("AKS system nodes", cluster.system_node_size, cluster.system_nodes_max),
        Machines("AKS services nodes", cluster.services_node_size, cluster.services_nodes_max),
        Machines("AKS flow nodes", cluster.flow_node_size, cluster.flow_nodes_max),
    ]
    largest = max(pools, key=lambda pool: VM_SIZES[pool.size].vcpus)
    job = Machines("Databricks jobs", databricks.node_type, jobs * (1 + databricks.workers_max))
    return [*pools, Machines("AKS upgrades", largest.size, 1), job, *_warehouse(settings)]


def _warehouse(settings: EnvironmentSettings) -> list[Machines]:
    if settings.databricks.serverless_queries:
        return []
    driver, workers = WAREHOUSES[settings.databricks.warehouse_size]
    return [
        Machines("Warehouse driver", driver, 1),
        Machines("Warehouse workers", WAREHOUSE_WORKER, workers),
    ]


def needed(settings: EnvironmentSettings, *, jobs: int = 1) -> dict[str, int]:
    """The vCPUs of each family and of all together, by the names that Azure gives the quotas."""
    families: Counter[str] = Counter()
    for one in machines(settings, jobs=jobs):
        families[VM_SIZES[one.size].family] += one.vcpus
    return {**families, ALL_CORES: sum(families.values())}


def shortages(needed_vcpus: dict[str, int], usage: list[dict[str, object]]) -> list[str]:
    """One line for each quota that is too small; `usage` is what `az vm list-usage` answers."""
    free = {_name(entry): int(str(entry["limit"])) - int(str(entry["currentValue"])) for entry in usage}
    return [
        f"{quota}: {vcpus} vCPUs are needed, {free.get(quota, 0)} are free"
        for quota, vcpus in needed_vcpus.items()
        if free.get(quota, 0) < vcpus
    ]


def _name(entry: dict[str, object]) -> str:
    name = entry["name"]
    return str(name["value"]) if isinstance(name, dict) else str(name)


def main() -> None:
    """Print what the environment takes, and fail unless Azure says that there is enough."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdktf.quota", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("environment")
    parser.add_argument("--jobs", type=int, default=1, help="Databricks jobs that run at once (default: 1)")
    arguments = parser.parse_args()
    try:
        settings = environment_settings(arguments.environment)
    except InvalidSettings as error:
        sys.exit(str(error))
    for one in machines(settings, jobs=arguments.jobs):
        sys.stdout.write(f"{one.vcpus:4} vCPUs  {one.number} x {one.size}  {one.purpose}\n")
    wanted = needed(settings, jobs=arguments.jobs)
    sys.stdout.write(f"{wanted[ALL_CORES]:4} vCPUs  in {settings.location}\n")
    az = shutil.which("az")
    if az is None:
        sys.exit(f"{NOT_CHECKED}: no az on the PATH; sign in to the subscription with it and run this again")
    command = [az, "vm", "list-usage", "--location", settings.location, "--output", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no outside input)
    if answer.returncode:
        sys.exit(f"{NOT_CHECKED}: az vm list-usage failed\n{answer.stderr}")
    if short := shortages(wanted, json.loads(answer.stdout)):
        sys.exit("\n".join([*short, "Ask for more (Azure portal, Quotas), or make the sizes in settings.py smaller."]))
    sys.stdout.write("The quotas suffice.\n")


if __name__ == "__main__":
    main()
