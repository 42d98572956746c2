"""The machines that the settings may name: what each takes of a subscription's quota, and what fits on its own disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VmSize:
    """A size's vCPUs, its temporary disk in GiB, and the family whose quota it takes as `az vm list-usage` calls it."""

    vcpus: int
    temporary_disk_gib: int
    family: str


VM_SIZES = {
    "Standard_D2ds_v5": VmSize(2, 75, "standardDDSv5Family"),
    "Standard_D4ds_v5": VmSize(4, 150, "standardDDSv5Family"),
    "Standard_D8ds_v5": VmSize(8, 300, "standardDDSv5Family"),
    "Standard_E8ds_v4": VmSize(8, 300, "standardEDSv4Family"),
    "Standard_E16ds_v4": VmSize(16, 600, "standardEDSv4Family"),
    "Standard_E32ds_v4": VmSize(32, 1200, "standardEDSv4Family"),
}

WAREHOUSES = {
    "2X-Small": ("Standard_E8ds_v4", 1),
    "X-Small": ("Standard_E8ds_v4", 2),
    "Small": ("Standard_E16ds_v4", 4),
    "Medium": ("Standard_E32ds_v4", 8),
}
"""By size of a warehouse in our network: its driver's machine, and how many workers of `WAREHOUSE_WORKER` it has."""
WAREHOUSE_WORKER = "Standard_E8ds_v4"

OS_DISK_GIB = 64
"""Nodes' system disks lie on the temporary disk, which must be larger; the smallest size has 75 GiB."""
