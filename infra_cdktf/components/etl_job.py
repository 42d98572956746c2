"""A Databricks job of a dataset: the tasks that all sides agree on, on one autoscaling cluster."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.job import (
    Job,
    JobEmailNotifications,
    JobHealth,
    JobHealthRules,
    JobJobCluster,
    JobJobClusterNewCluster,
    JobJobClusterNewClusterAutoscale,
    JobNotificationSettings,
    JobParameter,
    JobQueue,
    JobRunAs,
    JobTask,
    JobTaskDependsOn,
    JobTaskLibrary,
    JobTaskPythonWheelTask,
)
from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl
from constructs import Construct

from contracts.contract import Contract
from contracts.job_document import (
    CLUSTER_KEY,
    PACKAGE,
    parameter_defaults,
    task_before,
    task_parameters,
)
from infra_cdktf.components.job_cluster import ACCESS_MODE, SPARK_CONF, JobClusterOutputs
from infra_cdktf.environment_settings import DatabricksSettings

SECOND_TRY_AFTER_SECONDS = 60
SLOW_SHARE_OF_TIMEOUT = 0.5


@dataclass(frozen=True, kw_only=True)
class EtlJobConfig:
    """`parameters` are the defaults that this environment gives, `environment_variables` the cluster's.

    `permission_levels` are Databricks' levels by group name, `callers` the service principals that start runs.
    """

    name: str
    description: str
    tasks: tuple[str, ...]
    contract: Contract
    parameters: dict[str, str]
    wheel_path: str
    cluster: JobClusterOutputs
    databricks: DatabricksSettings
    environment_variables: dict[str, str]
    tags: dict[str, str]
    run_as: str
    alert_email: str
    permission_levels: dict[str, str]
    callers: tuple[str, ...]


@dataclass(frozen=True)
class EtlJobOutputs:
    """Databricks' id of the job."""

    job_id: str


class EtlJob(Construct):
    """Started by Prefect's flows, so it has no schedule of its own; runs queue rather than overlap."""

    def __init__(self, scope: Construct, construct_id: str, config: EtlJobConfig) -> None:
        """Create the job and say who may see, start and change it."""
        super().__init__(scope, construct_id)
        timeout_seconds = config.databricks.job_timeout_minutes * 60
        job = Job(
            self,
            "job",
            name=config.name,
            description=config.description,
            edit_mode="UI_LOCKED",
            max_concurrent_runs=1,
            queue=JobQueue(enabled=True),
            timeout_seconds=timeout_seconds,
            parameter=_parameters(config),
            job_cluster=[JobJobCluster(job_cluster_key=CLUSTER_KEY, new_cluster=_new_cluster(config))],
            task=[_task(task, config, timeout_seconds) for task in config.tasks],
            run_as=JobRunAs(service_principal_name=config.run_as),
            health=JobHealth(
                rules=[
                    JobHealthRules(
                        metric="RUN_DURATION_SECONDS",
                        op="GREATER_THAN",
                        value=int(timeout_seconds * SLOW_SHARE_OF_TIMEOUT),
                    )
                ]
            ),
            email_notifications=JobEmailNotifications(
                on_failure=[config.alert_email], on_duration_warning_threshold_exceeded=[config.alert_email]
            ),
            notification_settings=JobNotificationSettings(
                no_alert_for_canceled_runs=True, no_alert_for_skipped_runs=False
            ),
            tags=config.tags,
        )
        Permissions(self, "permissions", job_id=job.id, access_control=_access(config))
        self.outputs = EtlJobOutputs(job.id)


def _parameters(config: EtlJobConfig) -> list[JobParameter]:
    defaults = parameter_defaults(config.contract, config.parameters)
    return [JobParameter(name=name, default=value) for name, value in defaults.items()]


def _new_cluster(config: EtlJobConfig) -> JobJobClusterNewCluster:
    settings = config.databricks
    return JobJobClusterNewCluster(
        policy_id=config.cluster.policy_id,
        spark_version=settings.runtime,
        runtime_engine=config.cluster.runtime_engine,
        node_type_id=settings.node_type,
        driver_node_type_id=settings.node_type,
        data_security_mode=ACCESS_MODE,
        autoscale=JobJobClusterNewClusterAutoscale(min_workers=settings.workers_min, max_workers=settings.workers_max),
        spark_conf=SPARK_CONF,
        spark_env_vars=config.environment_variables,
        custom_tags=config.tags,
    )


def _task(task: str, config: EtlJobConfig, timeout_seconds: int) -> JobTask:
    before = task_before(task, config.tasks)
    return JobTask(
        task_key=task,
        job_cluster_key=CLUSTER_KEY,
        depends_on=[JobTaskDependsOn(task_key=before)] if before else [],
        python_wheel_task=JobTaskPythonWheelTask(
            package_name=PACKAGE, entry_point=task, named_parameters=task_parameters()
        ),
        library=[JobTaskLibrary(whl=config.wheel_path)],
        max_retries=config.databricks.task_retries,
        min_retry_interval_millis=SECOND_TRY_AFTER_SECONDS * 1000,
        retry_on_timeout=False,
        timeout_seconds=timeout_seconds,
    )


def _access(config: EtlJobConfig) -> list[PermissionsAccessControl]:
    people = [
        PermissionsAccessControl(group_name=group, permission_level=level)
        for group, level in config.permission_levels.items()
    ]
    callers = [
        PermissionsAccessControl(service_principal_name=caller, permission_level="CAN_MANAGE_RUN")
        for caller in config.callers
    ]
    return people + callers
