"""Whatever waits for a part of a run waits longer than the part may take, and Prefect is told exactly these limits."""

from __future__ import annotations

from typing import Any

import pytest
from prefect import Task
from prefect.utilities.math import clamped_poisson_interval

from flows.ingest import ingest
from flows.lakehouse import lakehouse
from flows.upkeep import upkeep
from tasks.deadlines import (
    JOB_SECONDS,
    JOBS_API_ANSWER_SECONDS,
    JOBS_API_CALL_SECONDS,
    JOBS_API_OUTAGE_SECONDS,
    LOAD_ATTEMPT_SECONDS,
    LOAD_ATTEMPTS,
    LOAD_RETRY_DELAY_SECONDS,
    LOAD_RETRY_JITTER_FACTOR,
    LOAD_SECONDS,
    PAGE_SECONDS,
    PARENT_FLOW_SECONDS,
    QUICK_TASK_SECONDS,
    SHARD_END_SECONDS,
    SHARD_SECONDS,
    SHARDS_SECONDS,
    SOURCE_END_SECONDS,
    SOURCE_FLOW_SECONDS,
    SOURCE_START_SECONDS,
    SOURCE_WAIT_SECONDS,
    STORAGE_ANSWER_SECONDS,
    STORAGE_CALL_SECONDS,
    UPKEEP_ATTEMPT_SECONDS,
    UPKEEP_FLOW_SECONDS,
)
from tasks.landing_steps import land_source, land_source_shard
from tasks.source_runs import run_source_deployment
from tasks.steps import (
    preflight,
    read_landed_loads,
    record_source_outcome,
    record_summary,
    record_upkeep_run,
    run_transformation,
    run_upkeep,
)


@pytest.mark.parametrize(
    "limits",
    [
        [PAGE_SECONDS, LOAD_ATTEMPT_SECONDS, LOAD_SECONDS, SOURCE_FLOW_SECONDS, SOURCE_END_SECONDS],
        [
            SHARD_SECONDS,
            SHARD_END_SECONDS,
            SOURCE_START_SECONDS + SHARD_END_SECONDS,
            SHARDS_SECONDS,
            LOAD_ATTEMPT_SECONDS,
        ],
        [SOURCE_START_SECONDS + SOURCE_END_SECONDS, SOURCE_WAIT_SECONDS, PARENT_FLOW_SECONDS],
        [JOBS_API_CALL_SECONDS, QUICK_TASK_SECONDS, JOB_SECONDS, 2 * JOB_SECONDS, PARENT_FLOW_SECONDS],
        [JOBS_API_ANSWER_SECONDS, JOBS_API_CALL_SECONDS, JOBS_API_OUTAGE_SECONDS, JOB_SECONDS],
        [STORAGE_ANSWER_SECONDS, STORAGE_CALL_SECONDS, QUICK_TASK_SECONDS, LOAD_ATTEMPT_SECONDS],
        [JOB_SECONDS, UPKEEP_ATTEMPT_SECONDS, UPKEEP_FLOW_SECONDS],
    ],
    ids=[
        "a source's own run",
        "its shards",
        "the parent's wait for it",
        "the job",
        "a question to Databricks",
        "a request to the storage account",
        "upkeep",
    ],
)
def test_each_limit_lies_within_the_next(limits: list[int]) -> None:
    assert sorted(set(limits)) == limits


@pytest.mark.parametrize(
    ("part", "seconds"),
    [
        (ingest, SOURCE_FLOW_SECONDS),
        (lakehouse, PARENT_FLOW_SECONDS),
        (land_source, LOAD_ATTEMPT_SECONDS),
        (land_source_shard, SHARD_SECONDS),
        (record_source_outcome, QUICK_TASK_SECONDS),
        (preflight, QUICK_TASK_SECONDS),
        (run_source_deployment, SOURCE_WAIT_SECONDS),
        (read_landed_loads, QUICK_TASK_SECONDS),
        (record_summary, QUICK_TASK_SECONDS),
        (upkeep, UPKEEP_FLOW_SECONDS),
        (run_upkeep, UPKEEP_ATTEMPT_SECONDS),
        (record_upkeep_run, QUICK_TASK_SECONDS),
    ],
    ids=lambda part: getattr(part, "name", None),
)
def test_every_flow_and_task_carries_its_limit(part: Any, seconds: int) -> None:
    assert part.timeout_seconds == seconds


def test_the_transformation_has_time_for_the_run_that_goes_on_already_and_for_its_own() -> None:
    assert run_transformation.timeout_seconds >= 2 * JOB_SECONDS


def test_a_load_is_tried_as_often_as_is_said_with_the_longest_waits_in_its_time() -> None:
    assert (land_source.retries, land_source.retry_delay_seconds) == (LOAD_ATTEMPTS - 1, LOAD_RETRY_DELAY_SECONDS)
    assert land_source.retry_jitter_factor == LOAD_RETRY_JITTER_FACTOR
    assert _longest(land_source) <= LOAD_SECONDS


def test_prefect_never_waits_longer_than_the_jitter_allows() -> None:
    waits = [clamped_poisson_interval(LOAD_RETRY_DELAY_SECONDS, LOAD_RETRY_JITTER_FACTOR) for _ in range(10_000)]
    longest = LOAD_RETRY_DELAY_SECONDS * (1 + LOAD_RETRY_JITTER_FACTOR)
    assert 0.99 * longest < max(waits) <= longest + 0.001


def test_a_source_s_run_has_time_for_its_load_and_the_record_of_it() -> None:
    assert LOAD_SECONDS + _longest(record_source_outcome) <= SOURCE_FLOW_SECONDS


def test_the_parent_s_run_has_time_for_its_steps_one_after_another() -> None:
    steps = (preflight, run_source_deployment, read_landed_loads, run_transformation, record_summary)
    assert sum(map(_longest, steps)) <= PARENT_FLOW_SECONDS


def test_upkeep_has_time_for_all_its_attempts_and_the_record_of_it() -> None:
    assert _longest(run_upkeep) + _longest(record_upkeep_run) <= UPKEEP_FLOW_SECONDS


def _longest(task: Task[Any, Any]) -> float:
    """Seconds of all attempts of a task and the waits between them, as Prefect's jitter may draw them at most."""
    longest_wait = float(task.retry_delay_seconds or 0) * (1 + (task.retry_jitter_factor or 0))
    return (task.retries + 1) * float(task.timeout_seconds or 0) + task.retries * longest_wait
