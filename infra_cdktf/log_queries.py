"""What is asked of the logs, by alerts and by the operators' dashboard alike (Kusto)."""

from __future__ import annotations

from infra_cdktf.components.log_alert import LogQuery

LATE_AFTER_HOURS = 26
"""The pipeline runs daily; two hours are its own time and a retry's."""


def job_runs(job_id: str) -> str:
    """Runs of the job: time, action (`runSucceeded`, `runFailed` and others) and run id."""
    return (
        "DatabricksJobs | extend parameters = parse_json(RequestParams)"
        f' | where tostring(parameters.jobId) == "{job_id}"'
        " | project TimeGenerated, ActionName, RunId = tostring(parameters.runId)"
    )


def flow_log(namespace: str) -> str:
    """Lines that the flows' pods wrote: time, pod and text."""
    return (
        f'ContainerLogV2 | where PodNamespace == "{namespace}"'
        " | project TimeGenerated, PodName, Line = tostring(LogMessage)"
    )


def failed_job(job_id: str) -> LogQuery:
    """A run of the Databricks job failed."""
    return LogQuery(
        name="job-failed",
        description="A run of the Databricks job failed. Open the run in the workspace's Jobs page.",
        query=f'{job_runs(job_id)} | where ActionName == "runFailed"',
        severity=1,
    )


def late_pipeline(job_id: str) -> LogQuery:
    """No run succeeded since yesterday's."""
    return LogQuery(
        name="pipeline-late",
        description=f"No run of the job succeeded in {LATE_AFTER_HOURS} hours. Look at the parent flow in Prefect.",
        query=(
            f'{job_runs(job_id)} | where ActionName == "runSucceeded" and TimeGenerated > ago({LATE_AFTER_HOURS}h)'
            " | count | where Count == 0"
        ),
        severity=1,
        every="PT1H",
        window="PT1H",
        looks_back="P2D",
    )


def failed_flow(namespace: str) -> LogQuery:
    """A flow run ended failed or crashed."""
    return LogQuery(
        name="flow-failed",
        description="A Prefect flow run failed or crashed. Its summary artifact says what to do.",
        query=f'{flow_log(namespace)} | where Line matches regex "Finished in state (Failed|Crashed)"',
        severity=1,
    )


def failing_pods(namespace: str) -> LogQuery:
    """A pod failed to start or to stay up."""
    return LogQuery(
        name="pods-failing",
        description="Pods of worker or flows fail or restart again and again. See kubectl describe pod.",
        query=(
            f'KubePodInventory | where Namespace == "{namespace}" | summarize arg_max(TimeGenerated, *) by PodUid'
            ' | where PodStatus == "Failed" or PodRestartCount > 3'
            ' or ContainerStatusReason in ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "OOMKilled")'
        ),
        severity=2,
    )


def full_node_pool(pool: str, most_nodes: int) -> LogQuery:
    """The pool has as many nodes as it may have, and pods wait."""
    return LogQuery(
        name="node-pool-full",
        description=f"Pool {pool} stands at its limit of {most_nodes} nodes; flows may wait. Raise flow_nodes_max.",
        query=(
            f"KubeNodeInventory | where tostring(parse_json(Labels)[0].agentpool) == '{pool}' and Status has 'Ready'"
            f" | summarize Nodes = dcount(Computer) by bin(TimeGenerated, 5m) | where Nodes >= {most_nodes}"
        ),
        severity=2,
        every="PT15M",
        window="PT30M",
    )
