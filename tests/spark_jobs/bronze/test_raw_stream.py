"""Raw files come in as they were landed, through the real stream."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from contracts.contract import Contract
from contracts.job_document import RawStreamFormat
from contracts.raw_layout import csv_columns
from spark_jobs.bronze.raw_stream import raw_files, read_raw_stream
from tests.contract_changes import with_columns
from tests.spark_jobs.deletions import deletion, telling_deletions
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = pytest.mark.spark


def _read(
    spark: SparkSession, contract: Contract, source_name: str, lake: Path, columns: tuple[str, ...] | None = None
) -> list[Row]:
    """The rows of a source's files; of a CSV source, of those with these columns in place of the contract's."""
    of_source = [one for one in raw_files(spark, contract, lake.as_uri()) if one.source.name == source_name]
    (files,) = (one for one in of_source if columns is None or one.columns == columns)
    stream = read_raw_stream(spark, files, contract, RawStreamFormat.FILES)
    query = (
        stream.writeStream.format("memory")
        .queryName(f"landed_{lake.name.replace('-', '_')}")
        .option("checkpointLocation", str(lake / "checkpoint"))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    return spark.table(query.name).orderBy("customer_id").collect()


def test_json_lines_come_in_as_landed(spark: SparkSession, contract: Contract, lake: Path) -> None:
    source = contract.source("customers-api")
    rows = [
        landed_row(source, customer_id="C1", product="TV 50\"\n, 'nova' \\ ção 😀", cpf=None),
        landed_row(source, customer_id="C2", total_amount="", first_name=" "),
    ]
    file = land(lake, contract, source, 1, rows)
    found = [row.asDict() for row in _read(spark, contract, source.name, lake)]
    origin = {"_rescued_data": None, "source_file_name": f"file:{file}"}
    assert found == [row | origin for row in rows]


def test_deletions_come_in_beside_rows_where_a_source_tells_them(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    telling = telling_deletions(contract)
    source = telling.source("store-database")
    gone = deletion("C1", "2026-02-01T12:00:00.000000Z")
    land(lake, telling, source, 1, [gone, landed_row(source, customer_id="C2")])
    found = [row.asDict() for row in _read(spark, telling, source.name, lake)]
    names = (*telling.column_names, "_deleted_at", "_rescued_data")
    assert [{name: row[name] for name in names} for row in found] == [
        dict.fromkeys(names) | gone,
        dict.fromkeys(names) | landed_row(source, customer_id="C2"),
    ]


def test_a_line_that_is_no_json_is_kept_whole(spark: SparkSession, contract: Contract, lake: Path) -> None:
    source = contract.source("store-database")
    file = land(lake, contract, source, 1, [landed_row(source, customer_id="C1")])
    file.write_text(file.read_text(encoding="utf-8") + '{"customer_id": "C2", "cpf\n', encoding="utf-8")
    broken, whole = _read(spark, contract, source.name, lake)
    assert (broken["customer_id"], broken["_rescued_data"]) == (None, '{"customer_id": "C2", "cpf')
    assert (whole["customer_id"], whole["_rescued_data"]) == ("C1", None)


def test_csv_values_may_hold_delimiters_quotes_and_line_breaks(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    source = contract.source("branch-files")
    product = 'TV 50"\r\nlinha 2, "nova" \\ ção;\n'
    rows = [landed_row(source, customer_id="C1", product=product), landed_row(source, customer_id="C2", cpf=None)]
    land(lake, contract, source, 1, rows)
    found = [row.asDict() for row in _read(spark, contract, source.name, lake)]
    assert [{name: row[name] for name in contract.column_names} for row in found] == rows
    assert [row["_rescued_data"] for row in found] == [None, None]


def test_csv_values_keep_their_nul_characters_and_quotes(spark: SparkSession, contract: Contract, lake: Path) -> None:
    source = contract.source("branch-files")
    products = ["\0", "\0,\0\0", 'a\0"\0', '"', '""', '"\0"', '""\n"', "\0\n", ',"\0', '"",""']
    rows = [landed_row(source, customer_id=f"C{n}", product=product) for n, product in enumerate(products)]
    land(lake, contract, source, 1, rows)
    found = _read(spark, contract, source.name, lake)
    assert [row["product"] for row in found] == products
    assert {row["_rescued_data"] for row in found} == {None}


def test_a_csv_line_with_too_few_or_too_many_values_is_kept_whole(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    source = contract.source("branch-files")
    file = land(lake, contract, source, 1, [landed_row(source, customer_id="C1")])
    whole = file.read_text(encoding="utf-8").splitlines()[1]
    with file.open("a", encoding="utf-8", newline="") as target:
        target.write("C2,Ana\r\n" + whole.replace("C1", "C3") + ",one more\r\n")
    found = {row["customer_id"]: row["_rescued_data"] for row in _read(spark, contract, source.name, lake)}
    assert found["C1"] is None
    assert "C2,Ana" in found["C2"]
    assert "one more" in found["C3"]


def test_what_the_contract_does_not_know_is_rescued(spark: SparkSession, contract: Contract, lake: Path) -> None:
    source, undeclared = contract.source("branch-files"), '{"Observação":"\\"TV\\"\\n50, \\\\ 😀","vendedor":"Bia"}'
    rows = [
        landed_row(source, customer_id="C1", _undeclared=undeclared),
        landed_row(source, customer_id="C2", _undeclared=None),
    ]
    land(lake, contract, source, 1, rows)
    land(lake, contract, source, 2, [landed_row(source, customer_id="C3")])
    found = _read(spark, contract, source.name, lake, csv_columns(contract, undeclared=True))
    assert [(row["customer_id"], row["_rescued_data"]) for row in found] == [("C1", undeclared), ("C2", None)]
    assert [{name: row[name] for name in contract.column_names} for row in found] == [
        {name: row[name] for name in contract.column_names} for row in rows
    ]
    assert "_undeclared" not in found[0].asDict()


def test_what_the_contract_does_not_know_any_more_is_rescued_with_what_it_never_knew(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    source = contract.source("branch-files")
    rows = [
        landed_row(source, customer_id="C1", product="TV", _undeclared='{"vendedor":"Bia"}'),
        landed_row(source, customer_id="C2", product="TV", _undeclared=None),
        landed_row(source, customer_id="C3", product=None, _undeclared='{"vendedor":"Bia"}'),
        landed_row(source, customer_id="C4", product=None, _undeclared=None),
    ]
    land(lake, contract, source, 1, rows)
    without = with_columns(contract, *(column for column in contract.table.columns if column.name != "product"))
    found = _read(spark, without, source.name, lake, csv_columns(contract, undeclared=True))
    assert [row["_rescued_data"] for row in found] == [
        '{"product":"TV","vendedor":"Bia"}',
        '{"product":"TV"}',
        '{"vendedor":"Bia"}',
        None,
    ]


def test_a_source_that_has_landed_nothing_has_no_rows(spark: SparkSession, contract: Contract, lake: Path) -> None:
    assert _read(spark, contract, "store-database", lake) == []


def test_quarantine_manifests_and_other_sources_stay_out(spark: SparkSession, contract: Contract, lake: Path) -> None:
    source = contract.source("store-database")
    file = land(lake, contract, source, 1, [landed_row(source, customer_id="C1")])
    row = file.read_text(encoding="utf-8")
    for folder in (f"_quarantine/{contract.name}/{source.name}", f"_manifests/{contract.name}/{source.name}"):
        (lake / "raw" / folder).mkdir(parents=True)
        (lake / "raw" / folder / "00000001.json").write_text(row, encoding="utf-8")
    (file.parent / "_started.json").write_text(row, encoding="utf-8")
    (file.parent / "00000001.seen.parquet").write_text("not JSON", encoding="utf-8")
    land(lake, contract, contract.source("customers-api"), 1, [landed_row(source, customer_id="C2")])
    assert [found["customer_id"] for found in _read(spark, contract, source.name, lake)] == ["C1"]
