"""What is asked of the logs, by alerts and by the operators' dashboard alike (Kusto)."""

from __future__ import annotations

from math import ceil

from contracts.contract import Contract
from contracts.job_document import job_name
from infra_cdktf.components.log_alert import LogQuery

HOURS_TO_RUN = 2
"""What a run may take, a retry's time included, before its dataset is late."""
USUAL_FREQUENCY_HOURS = 24
LONGEST_LOOK_BACK_HOURS = 48
"""A log alert sees two days at most, so that it cannot tell whether a rarer dataset is late."""
_HOURS = {"h": 1, "hour": 1, "d": 24, "day": 24, "w": 168, "week": 168}


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


def failed_job(contract: Contract, job_id: str) -> LogQuery:
    """A run of the dataset's Databricks job failed."""
    return LogQuery(
        name=f"job-failed-{contract.slug}",
        description=f"A run of {job_name(contract)} failed. Open the run in the workspace's Jobs page.",
        query=f'{job_runs(job_id)} | where ActionName == "runFailed"',
        severity=1,
    )


def late_pipeline(contract: Contract, job_id: str) -> LogQuery | None:
    """No run of the dataset's job succeeded in the time that its contract promises; None if no alert can see so far."""
    hours = late_after_hours(contract)
    if hours > LONGEST_LOOK_BACK_HOURS:
        return None
    return LogQuery(
        name=f"pipeline-late-{contract.slug}",
        description=f"No run of {job_name(contract)} succeeded in {hours} hours. Look at the parent flow in Prefect.",
        query=(
            f'{job_runs(job_id)} | where ActionName == "runSucceeded" and TimeGenerated > ago({hours}h)'
            " | count | where Count == 0"
        ),
        severity=1,
        every="PT1H",
        window="PT1H",
        looks_back="P2D",
    )


def late_after_hours(contract: Contract) -> int:
    """Hours without a successful run after which the dataset is late: its frequency, and what a run may take."""
    frequency = contract.service_level("frequency", contract.name)
    value = frequency.value if frequency else None
    unit = _HOURS.get((frequency.unit or "").removesuffix("s")) if frequency else None
    if unit is None or not isinstance(value, int | float) or value <= 0:
        return USUAL_FREQUENCY_HOURS + HOURS_TO_RUN
    return ceil(value * unit) + HOURS_TO_RUN


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
