"""A job cluster has the memory and the compiler that the rows which wait in raw ask for."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import BlobServiceClient

from sandbox.databricks.job import JobSettings
from sandbox.databricks.run import LifeCycle, Result, Run
from sandbox.databricks.waiting_rows import MANY_BYTES, submit_arguments, taken_since, waiting_bytes
from sandbox.parts.azurite import create_containers


def _run(job_id: int, start_time: int, result: Result) -> Run:
    run = Run(
        run_id=start_time,
        job_id=job_id,
        job_parameters={},
        settings=JobSettings.model_construct(name="etl", tasks=()),
        tasks=[],
        run_page_url="",
        idempotency_token=None,
        start_time=start_time,
    )
    run.enter(LifeCycle.TERMINATED, result)
    return run


def test_what_waits_was_landed_since_the_job_last_succeeded() -> None:
    runs = [_run(1, 5_999, Result.SUCCESS), _run(1, 9_000, Result.FAILED), _run(2, 8_000, Result.SUCCESS)]
    assert taken_since(runs, 1) == datetime.fromtimestamp(5, UTC)
    assert taken_since(runs, 3) == datetime.fromtimestamp(0, UTC)


def test_few_rows_leave_spark_as_it_is_configured() -> None:
    assert submit_arguments(MANY_BYTES - 1) == "pyspark-shell"


def test_many_rows_get_memory_and_a_thorough_compiler() -> None:
    *options, shell = shlex.split(submit_arguments(MANY_BYTES))
    assert shell == "pyspark-shell"
    settings = dict(option.split("=", 1) for option in options if option != "--conf")
    assert "-XX:TieredStopAtLevel" not in settings["spark.driver.extraJavaOptions"]
    assert int(settings["spark.driver.memory"].removesuffix("g")) >= 2


@pytest.mark.services
def test_waiting_bytes_are_of_blobs_written_since_then(storage: str) -> None:
    create_containers(storage)
    since = datetime.now(UTC).replace(microsecond=0)
    before = waiting_bytes(storage, since)
    with BlobServiceClient.from_connection_string(storage) as account:
        account.get_container_client("raw").upload_blob("waiting/rows.json", b"12345", overwrite=True)
    assert waiting_bytes(storage, since) == before + 5
    assert waiting_bytes(storage, since + timedelta(hours=1)) == 0


def test_where_raw_cannot_be_listed_nothing_is_known_to_wait() -> None:
    assert waiting_bytes("", datetime.fromtimestamp(0, UTC)) == 0
