"""A column that the contract does not know, from its source over Raw into bronze, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from pyspark.sql import SparkSession

from contracts.contract import Contract
from tasks.land.raw_container import RawContainer
from tests.spark_jobs.lakehouse_runs import job_parameters, rows, run_job
from tests.spark_jobs.raw_files import copy_raw
from tests.tasks.branch_file import ROW, branch_file
from tests.tasks.ingestions import from_api, from_database, from_files, new_container
from tests.tasks.scripted_api import item, page, serve
from tests.tasks.store_database import StoreDatabase

pytestmark = [pytest.mark.spark, pytest.mark.services]


@pytest.fixture
def container(storage: str) -> Iterator[ContainerClient]:
    with new_container(storage) as client:
        yield client


def _in_bronze_alone(spark: SparkSession, contract: Contract, lake: Path, secret: str) -> list[tuple[object, ...]]:
    """Run the job; key and rescued data of bronze, once that text was found in no other table."""
    job = job_parameters(contract, lake)
    run_job(spark, job)
    for table in job.lakehouse.tables:
        if table != job.lakehouse.bronze:
            assert secret not in str(spark.table(table.full_name).collect()), table.full_name
    assert spark.table(job.lakehouse.silver.full_name).count() == spark.table(job.lakehouse.bronze.full_name).count()
    return rows(spark, job.lakehouse.bronze, "customer_id", "_rescued_data")


def test_an_unknown_column_of_a_file_is_in_the_rescued_data_of_bronze_and_in_no_other_table(
    spark: SparkSession, contract: Contract, lake: Path, container: ContainerClient, tmp_path: Path
) -> None:
    folder, raw = tmp_path / "branch files", RawContainer(container)
    folder.mkdir()
    branch_file(folder / "before.csv", {"customer_id": "C0"})
    noted = {"customer_id": "C1", "Observação": 'entregar "já",\n1º andar'}
    branch_file(folder / "noted.csv", noted, {"customer_id": "C2"}, columns=[*ROW, "Observação"])
    from_files(contract, folder)(raw)
    copy_raw(raw, lake)
    assert _in_bronze_alone(spark, contract, lake, "andar") == [
        ("C0", None),
        ("C1", '{"Observação":"entregar \\"já\\",\\n1º andar"}'),
        ("C2", None),
    ]


def test_unknown_fields_of_databases_and_apis_are_in_the_rescued_data_of_bronze_and_in_no_other_table(
    spark: SparkSession, contract: Contract, lake: Path, container: ContainerClient, store: StoreDatabase
) -> None:
    raw = RawContainer(container)
    texts = {"first_name": "'Ana'", "last_name": "'Silva'", "email": "'ana@example.com'", "product": "'TV'"}
    texts |= {"store_location": "'Recife'"}
    store.add(1, "2026-02-01Z", **texts)
    from_database(contract, store)(raw)
    store.run("ALTER TABLE purchases ADD till text DEFAULT 'caixa 7'")
    store.add(2, "2026-02-02Z", **texts)
    from_database(contract, store)(raw)
    with serve(page(item(3, till="caixa 7"), item(4))) as api:
        from_api(contract, api.url)(raw)
    copy_raw(raw, lake)
    assert _in_bronze_alone(spark, contract, lake, "caixa") == [
        ("C1", None),
        ("C2", '{"till":"caixa 7"}'),
        ("C3", '{"till":"caixa 7"}'),
        ("C4", None),
    ]
