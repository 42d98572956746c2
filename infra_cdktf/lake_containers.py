"""The lake's containers beside its layers, and who may do what there.

Wheels and checkpoints are apart from the layers, because engineers write to bronze: whoever can replace the wheel runs
code as the pipeline.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.folder import Contracts
from contracts.sources.files import FilesSource
from infra_cdktf.access_matrix import CONTRIBUTOR, READER, StorageRole
from infra_cdktf.roles import LAKE_ADMINISTRATOR, LAKE_UPLOADER

ADMINS = "data_admins"
ENGINEERS = "data_engineers"
FLOWS = "flows"
PIPELINE = "pipeline"
"""The roles of the contracts that the platform itself gives something to."""
BRANCHES = "branches"
"""A group of no contract: the identities by which branches drop files."""
DEPLOYER = "deployer"


class SideContainer(StrEnum):
    """What stands beside the layers: branches' files, released wheels, how far each stream has read."""

    LANDING = "landing"
    WHEELS = "wheels"
    CHECKPOINTS = "checkpoints"


SIDE_ACCESS: dict[SideContainer, dict[str, StorageRole]] = {
    SideContainer.LANDING: {
        BRANCHES: LAKE_UPLOADER,
        FLOWS: READER,
        ENGINEERS: READER,
        ADMINS: LAKE_ADMINISTRATOR,
    },
    SideContainer.WHEELS: {DEPLOYER: CONTRIBUTOR, PIPELINE: READER, ADMINS: READER},
    SideContainer.CHECKPOINTS: {PIPELINE: CONTRIBUTOR, ADMINS: LAKE_ADMINISTRATOR},
}
"""Storage roles by container and by who has them."""


def side_access(contracts: Contracts) -> dict[SideContainer, dict[str, StorageRole]]:
    """These roles; flows may also write and delete where a source has its landed files moved (`moveLandedTo`)."""
    sources = [source for contract in contracts.datasets for source in contract.sources]
    if not any(isinstance(source, FilesSource) and source.move_landed_to for source in sources):
        return SIDE_ACCESS
    return SIDE_ACCESS | {SideContainer.LANDING: SIDE_ACCESS[SideContainer.LANDING] | {FLOWS: CONTRIBUTOR}}
