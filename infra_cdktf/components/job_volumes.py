"""Where the pipeline keeps its checkpoints and finds its wheels."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.volume import Volume
from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.components.lake_locations import LakeLocations
from infra_cdktf.components.unity_catalog import UnityCatalogOutputs
from infra_cdktf.lake_containers import SideContainer

CHECKPOINTS = SideContainer.CHECKPOINTS
WHEELS = SideContainer.WHEELS
FOLDERS = {CHECKPOINTS: "streams", WHEELS: "released"}
"""The folder in each one's container."""


@dataclass(frozen=True, kw_only=True)
class JobVolumesConfig:
    """The volumes are named in bronze and lie in containers of their own, which engineers cannot write."""

    catalog: UnityCatalogOutputs
    locations: LakeLocations
    urls: dict[Layer | SideContainer, str]


@dataclass(frozen=True)
class JobVolumesOutputs:
    """Full names (for grants) and paths (for jobs) of the volumes, by `CHECKPOINTS` and `WHEELS`."""

    full_names: dict[SideContainer, str]
    paths: dict[SideContainer, str]


class JobVolumes(Construct):
    """External volumes: dropping one leaves its files, without which a stream would start over."""

    def __init__(self, scope: Construct, construct_id: str, config: JobVolumesConfig) -> None:
        """Create both volumes."""
        super().__init__(scope, construct_id)
        purposes = {
            CHECKPOINTS: "How far each stream has read.",
            WHEELS: "Every released version of the jobs' wheel; a version is never overwritten.",
        }
        volumes = {
            name: Volume(
                self,
                name.value,
                catalog_name=config.catalog.catalog,
                schema_name=config.catalog.schema_names[Layer.BRONZE],
                name=name.value,
                volume_type="EXTERNAL",
                storage_location=f"{config.urls[name]}{FOLDERS[name]}",
                comment=purpose,
                depends_on=config.locations.resources,
            )
            for name, purpose in purposes.items()
        }
        self.outputs = JobVolumesOutputs(
            full_names={name: volume.id for name, volume in volumes.items()},
            paths={name: volume.volume_path for name, volume in volumes.items()},
        )
