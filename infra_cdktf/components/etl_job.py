"""The Databricks job of a contract: its document's tasks on one autoscaling cluster."""

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

from infra_cdktf import job_document
from infra_cdktf.components.job_cluster import ACCESS_MODE, SPARK_CONF, JobClusterOutputs
from infra_cdktf.settings import DatabricksSettings

SECOND_TRY_AFTER_SECONDS = 60
SLOW_SHARE_OF_TIMEOUT = 0.5


@dataclass(frozen=True, kw_only=True)
class EtlJobConfig:
    """`parameters` are the job's defaults in this environment, `environment_variables` the cluster's.

    `permission_levels` are Databricks' levels by group name, `callers` the service principals that start runs.
    """

    name: str
    document: job_document.JobDocument
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
    """Databricks' id of the job, and its name."""

    job_id: str
    name: str


class EtlJob(Construct):
    """Started by Prefect's parent flow, so it has no schedule of its own; runs queue rather than overlap."""

    def __init__(self, scope: Construct, construct_id: str, config: EtlJobConfig) -> None:
        """Create the job and say who may see, start and change it."""
        super().__init__(scope, construct_id)
        timeout_seconds = config.databricks.job_timeout_minutes * 60
        job = Job(
            self,
            "job",
            name=config.name,
            description="Bronze, silver and gold of one data contract.",
            edit_mode="UI_LOCKED",
            max_concurrent_runs=1,
            queue=JobQueue(enabled=True),
            timeout_seconds=timeout_seconds,
            parameter=[JobParameter(name=name, default=value) for name, value in config.parameters.items()],
            job_cluster=[
                JobJobCluster(job_cluster_key=key, new_cluster=_new_cluster(config))
                for key in dict.fromkeys(task.job_cluster_key for task in config.document.tasks)
            ],
            task=[_task(task, config, timeout_seconds) for task in config.document.tasks],
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
        self.outputs = EtlJobOutputs(job.id, config.name)


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


def _task(task: job_document.JobTask, config: EtlJobConfig, timeout_seconds: int) -> JobTask:
    call = task.python_wheel_task
    return JobTask(
        task_key=task.task_key,
        job_cluster_key=task.job_cluster_key,
        depends_on=[JobTaskDependsOn(task_key=before.task_key) for before in task.depends_on],
        python_wheel_task=JobTaskPythonWheelTask(
            package_name=call.package_name, entry_point=call.entry_point, named_parameters=call.named_parameters
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
