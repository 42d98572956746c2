"""A column that the contract does not know, from a branch's file over Raw into bronze, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from pyspark.sql import SparkSession

from contracts.contract import Contract
from tasks.land.raw_container import RawContainer
from tests.spark_jobs.lakehouse_runs import job_parameters, rows, run_job
from tests.tasks.branch_file import ROW, branch_file
from tests.tasks.ingestions import from_files, new_container

pytestmark = [pytest.mark.spark, pytest.mark.services]


@pytest.fixture
def container(storage: str) -> Iterator[ContainerClient]:
    with new_container(storage) as client:
        yield client


def _copy(raw: RawContainer, lake: Path) -> None:
    for name in raw.names(""):
        file = lake / "raw" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw.read(name))


def test_an_unknown_column_of_a_file_is_in_the_rescued_data_of_bronze_and_in_no_other_table(
    spark: SparkSession, contract: Contract, lake: Path, container: ContainerClient, tmp_path: Path
) -> None:
    folder, raw = tmp_path / "branch files", RawContainer(container)
    folder.mkdir()
    branch_file(folder / "before.csv", {"customer_id": "C0"})
    noted = {"customer_id": "C1", "Observação": 'entregar "já",\n1º andar'}
    branch_file(folder / "noted.csv", noted, {"customer_id": "C2"}, columns=[*ROW, "Observação"])
    from_files(contract, folder)(raw)
    _copy(raw, lake)

    job = job_parameters(contract, lake)
    total = run_job(spark, job).silver.total["branch-files"]
    assert rows(spark, job.lakehouse.bronze, "customer_id", "_rescued_data") == [
        ("C0", None),
        ("C1", '{"Observação":"entregar \\"já\\",\\n1º andar"}'),
        ("C2", None),
    ]
    assert (total.silver, total.rejected) == (3, 0)
    for table in job.lakehouse.tables:
        if table != job.lakehouse.bronze:
            found = spark.table(table.full_name).collect()
            assert "andar" not in str(found), table.full_name
