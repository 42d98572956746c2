"""How long each part of a run may take; each lies within the next, so that the innermost tells the reason.

shard of a load < all its shards < attempt of a load < all its attempts < source's flow run < parent's wait for it < the
job's run < parent's flow run.
"""

from __future__ import annotations

PAGE_SECONDS = 180
"""All tries for one page of an API."""

STORAGE_ANSWER_SECONDS = 30
"""One try of a request to a storage account: until it is connected, and between two parts of its answer."""

STORAGE_CALL_SECONDS = 120
"""How long a request to a storage account is tried again."""

JOBS_API_ANSWER_SECONDS = 30
"""One try of a request to Databricks: until it is connected, and between two parts of its answer."""

JOBS_API_CALL_SECONDS = 120
"""All tries for one request to Databricks."""

JOBS_API_OUTAGE_SECONDS = 900
"""How long the wait for a job's run bears that Databricks does not answer: the run goes on meanwhile."""

CANCELLATION_CALL_SECONDS = 8
"""All tries for one of the three requests that cancel a job's run; a cancelled flow run is killed after 30 s."""

QUICK_TASK_SECONDS = 300
"""A task that only looks something up or writes something down."""

LOAD_ATTEMPTS = 3
LOAD_RETRY_DELAY_SECONDS = 20
LOAD_RETRY_JITTER_FACTOR = 0.5

LOAD_ATTEMPT_SECONDS = 3600
"""One attempt to extract, validate and land what is new at a source."""

SHARD_ATTEMPTS = 3
"""How often one shard of a load is tried before the load fails."""

LOAD_SECONDS = LOAD_ATTEMPTS * LOAD_ATTEMPT_SECONDS + (LOAD_ATTEMPTS - 1) * LOAD_RETRY_DELAY_SECONDS * 2
"""All attempts with the waits between them."""

SOURCE_FLOW_SECONDS = LOAD_SECONDS + 2 * QUICK_TASK_SECONDS
"""A source's flow run: its load, then the record of it."""

SOURCE_START_SECONDS = 10 * 60
"""How long a source's flow run may wait for a worker, an image and a pod."""

SHARD_SECONDS = LOAD_ATTEMPT_SECONDS - SOURCE_START_SECONDS - 3 * QUICK_TASK_SECONDS
"""One shard's extracting, validating and staging."""

SHARD_END_SECONDS = SHARD_SECONDS + QUICK_TASK_SECONDS
"""How long the run that divided a load waits for the end of a shard's run that has begun."""

SHARDS_SECONDS = SOURCE_START_SECONDS + SHARD_END_SECONDS + QUICK_TASK_SECONDS
"""How long it waits for all shards, those that are started again included: within its attempt, which goes on after."""

SOURCE_END_SECONDS = SOURCE_FLOW_SECONDS + QUICK_TASK_SECONDS
"""How long the parent waits for the end of a source's flow run that has begun."""

SOURCE_WAIT_SECONDS = SOURCE_START_SECONDS + SOURCE_END_SECONDS + QUICK_TASK_SECONDS
"""The parent's task around both waits."""

JOB_SECONDS = 4 * 3600
"""The run of the Databricks job, and the wait for one that goes on already; longer than the job's own limit."""

TRANSFORM_SECONDS = 2 * (JOB_SECONDS + QUICK_TASK_SECONDS) + 3 * QUICK_TASK_SECONDS
"""The parent's task around both runs, each with its last questions and its cancellation, and those between them.

Between them it also looks twice for upkeep of the tables, and waits for the end of what it cancels.
"""

UPKEEP_ATTEMPTS = 7
UPKEEP_RETRY_DELAY_SECONDS = 3600
"""Upkeep waits for the dataset's job so: it is in no hurry, and must not take the worker's time."""

UPKEEP_ATTEMPT_SECONDS = JOB_SECONDS + QUICK_TASK_SECONDS
"""One attempt to run the upkeep job and to wait for its end."""

UPKEEP_FLOW_SECONDS = (
    UPKEEP_ATTEMPTS * UPKEEP_ATTEMPT_SECONDS + (UPKEEP_ATTEMPTS - 1) * UPKEEP_RETRY_DELAY_SECONDS + QUICK_TASK_SECONDS
)
"""The flow run around all attempts and the record of them."""

PARENT_FLOW_SECONDS = SOURCE_WAIT_SECONDS + TRANSFORM_SECONDS + 6 * QUICK_TASK_SECONDS
"""The parent's flow run: preflight, sources, the loads in raw (three attempts), jobs, summary."""
