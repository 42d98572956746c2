"""What the pipeline computes on: one set of values for the cluster policy, which enforces it, and the job's cluster."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.cluster_policy import ClusterPolicy
from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl
from constructs import Construct

from infra_cdktf.environment_settings import DatabricksSettings

SPARK_SETTINGS = (
    "spark.databricks.delta.optimizeWrite.enabled",
    "spark.databricks.delta.autoCompact.enabled",
    "spark.databricks.delta.schema.autoMerge.enabled",
    "spark.sql.adaptive.enabled",
    "spark.databricks.adaptive.autoOptimizeShuffle",
    "spark.sql.adaptive.coalescePartitions.enabled",
    "spark.databricks.io.cache.enabled",
)
SPARK_CONF = dict.fromkeys(SPARK_SETTINGS, "true") | {
    # The default, INT96, has no unit: engines read it as nanoseconds, which end in 1677 and 2262.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Days before 1582 as the calendar of ISO 8601 counts them, which all engines share, and no error for them.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
ACCESS_MODE = "USER_ISOLATION"
"""Standard access mode: with it, masks by attribute hold on classic compute."""


@dataclass(frozen=True, kw_only=True)
class JobClusterConfig:
    """Name of the policy, the compute's settings, tags for cost reports, and the service principal that uses it."""

    name: str
    databricks: DatabricksSettings
    tags: dict[str, str]
    user: str


@dataclass(frozen=True)
class JobClusterOutputs:
    """The policy's id, and the Photon choice as the Clusters API spells it."""

    policy_id: str
    runtime_engine: str


class JobCluster(Construct):
    """A policy that fixes runtime, nodes and settings, usable by the pipeline's identity alone."""

    def __init__(self, scope: Construct, construct_id: str, config: JobClusterConfig) -> None:
        """Create the policy and let the identity use it."""
        super().__init__(scope, construct_id)
        engine = "PHOTON" if config.databricks.photon else "STANDARD"
        policy = ClusterPolicy(
            self,
            "policy",
            name=config.name,
            description="Job clusters of the pipelines.",
            definition=json.dumps(_definition(config, engine), sort_keys=True),
        )
        Permissions(
            self,
            "policy-users",
            cluster_policy_id=policy.id,
            access_control=[PermissionsAccessControl(service_principal_name=config.user, permission_level="CAN_USE")],
        )
        self.outputs = JobClusterOutputs(policy.id, engine)


def _definition(config: JobClusterConfig, engine: str) -> dict[str, dict[str, object]]:
    settings = config.databricks
    fixed = {
        "cluster_type": "job",
        "spark_version": settings.runtime,
        "runtime_engine": engine,
        "node_type_id": settings.node_type,
        "driver_node_type_id": settings.node_type,
        "data_security_mode": ACCESS_MODE,
        **{f"spark_conf.{name}": value for name, value in SPARK_CONF.items()},
        **{f"custom_tags.{name}": value for name, value in config.tags.items()},
    }
    return {
        **{path: {"type": "fixed", "value": value} for path, value in fixed.items()},
        "autoscale.min_workers": {"type": "range", "minValue": settings.workers_min, "maxValue": settings.workers_max},
        "autoscale.max_workers": {"type": "range", "minValue": settings.workers_min, "maxValue": settings.workers_max},
    }
