"""A deletion stands while it is the latest version of its key, whatever else is there of it and came when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from spark_jobs.silver.deletions import CHANGES, IS_NEW, STANDS, DeletionCount, deletions_change, judged
from spark_jobs.silver.evaluation import deletions, evaluated, rejected_rows, valid_rows
from spark_jobs.silver.masking import key_pads
from spark_jobs.tables.lakehouse import Lakehouse
from tests.contract_changes import with_table
from tests.spark_jobs.bronze_rows import INGESTED, Values, bronze_frame, bronze_row
from tests.spark_jobs.deletions import telling_deletions
from tests.spark_jobs.frames import row_values, table_rows
from tests.spark_jobs.lakehouse_runs import KEY
from tests.spark_jobs.silver.test_latest import silver_row

pytestmark = pytest.mark.spark

FIRST = datetime(2026, 2, 1, 12, tzinfo=UTC)
BEFORE, AFTER = FIRST - timedelta(days=1), FIRST + timedelta(microseconds=1)
NOT, LIVES, DELETED = None, "a row", "a deletion"


@pytest.fixture(scope="module")
def deleting(contract: Contract) -> Contract:
    return telling_deletions(contract)


def deleted_row(key: str, at: datetime | None, **values: object) -> Values:
    return {
        "customer_id": key,
        "purchase_date": date(2026, 1, 31),
        "updated_at": at,
        "source": "store-database",
        "source_file_name": "a.json",
        "ingestion_timestamp": INGESTED,
        "raw_ingestion_id": "run-1",
        **values,
    }


STAND: list[tuple[dict[str, datetime], tuple[bool, bool]]] = [
    ({"found": FIRST}, (True, True)),
    ({"found": FIRST, "silver": BEFORE}, (True, True)),
    ({"found": FIRST, "silver": FIRST}, (True, True)),
    ({"found": FIRST, "silver": AFTER}, (False, False)),
    ({"found": FIRST, "valid": BEFORE}, (True, True)),
    ({"found": FIRST, "valid": AFTER}, (False, False)),
    ({"found": FIRST, "known": BEFORE}, (True, True)),
    ({"found": FIRST, "known": FIRST}, (False, False)),
    ({"found": FIRST, "known": AFTER}, (False, False)),
    ({"found": FIRST, "known": BEFORE, "valid": AFTER}, (False, True)),
]
"""Times of the versions of a key, and whether the one that was found stands, and changes the table."""


def test_a_new_deletion_is_held_against_all_versions_of_its_key(spark: SparkSession, deleting: Contract) -> None:
    house = Lakehouse(deleting, "main", "file:///lake")
    cases = {f"C{number}": versions for number, (versions, _) in enumerate(STAND)}
    lists = {
        name: [(key, versions[name]) for key, versions in cases.items() if name in versions]
        for name in ("found", "known", "valid", "silver")
    }
    found, known = (
        table_rows(spark, house.deleted, [deleted_row(key, at) for key, at in lists[name]])
        for name in ("found", "known")
    )
    valid, silver = (
        table_rows(spark, house.silver, [silver_row(customer_id=key, updated_at=at) for key, at in lists[name]])
        for name in ("valid", "silver")
    )
    rows = judged(found, known, valid, silver, deleting.table).where(IS_NEW).collect()
    verdicts = {row["customer_id"]: (row[STANDS], row[CHANGES]) for row in rows}
    assert verdicts == {f"C{number}": verdict for number, (_, verdict) in enumerate(STAND)}


def test_known_deletions_are_judged_only_where_new_rows_have_their_key(spark: SparkSession, deleting: Contract) -> None:
    house = Lakehouse(deleting, "main", "file:///lake")
    known = table_rows(spark, house.deleted, [deleted_row(key, FIRST) for key in ("C1", "C2", "C3")])
    versions = {"C1": AFTER, "C2": BEFORE}
    valid = [silver_row(customer_id=key, updated_at=at) for key, at in versions.items()]
    nothing = table_rows(spark, house.silver, [])
    rows = judged(known.limit(0), known, table_rows(spark, house.silver, valid), nothing, deleting.table).collect()
    assert sorted((row["customer_id"], row[IS_NEW], row[STANDS], row[CHANGES]) for row in rows) == [
        ("C1", False, False, True),
        ("C2", False, True, False),
    ]


def test_of_several_new_deletions_of_a_key_the_latest_stands(spark: SparkSession, deleting: Contract) -> None:
    house = Lakehouse(deleting, "main", "file:///lake")
    later = {"ingestion_timestamp": INGESTED + timedelta(hours=1)}
    found = [deleted_row("C1", FIRST), deleted_row("C1", FIRST, **later), deleted_row("C1", None, **later)]
    frames = [table_rows(spark, house.deleted, found), table_rows(spark, house.deleted, [])]
    nothing = table_rows(spark, house.silver, [])
    rows = judged(*frames, nothing, nothing, deleting.table).where(STANDS).collect()
    assert [row_values(row)["ingestion_timestamp"] for row in rows] == [INGESTED + timedelta(hours=1)]


def test_where_nothing_says_which_version_is_the_latest_ingestion_does(spark: SparkSession, deleting: Contract) -> None:
    unordered = with_table(deleting, latest_by=None)
    house = Lakehouse(unordered, "main", "file:///lake")
    assert house.deleted.column_names[:3] == ("customer_id", "purchase_date", "source")
    kept = {name: value for name, value in deleted_row("C1", None).items() if name != "updated_at"}
    found = table_rows(spark, house.deleted, [kept])
    silver = [silver_row(updated_at=AFTER, ingestion_timestamp=INGESTED - timedelta(seconds=1))]
    nothing = table_rows(spark, house.silver, [])
    (row,) = judged(found, found.limit(0), nothing, table_rows(spark, house.silver, silver), unordered.table).collect()
    assert row[STANDS] is True


def test_a_deletion_of_bronze_is_read_as_its_key_and_its_time_and_masked(
    spark: SparkSession, deleting: Contract
) -> None:
    names = dict.fromkeys(deleting.column_names)
    gone = names | {"customer_id": " C1 ", "purchase_date": "2026-01-31", "_deleted_at": "2026-02-01T12:00:00.000000Z"}
    bad = gone | {"customer_id": "C2", "purchase_date": "31/02/2026"}
    live = {"customer_id": "C3", "_deleted_at": None}
    marked = gone | {"customer_id": "C4", "updated_at": "2026-01-31T23:00:00-03:00"}
    bronze = [bronze_row(deleting, **row) for row in (gone, bad, live, marked)]
    rows = evaluated(bronze_frame(spark, deleting, bronze), deleting, key_pads(spark, KEY))
    found = deletions(rows, deleting)
    assert found.columns == list(Lakehouse(deleting, "main", "file:///lake").deleted.column_names)
    assert sorted((row["customer_id"], row_values(row)["updated_at"]) for row in found.collect()) == [
        ("C1", FIRST),
        ("C4", datetime(2026, 2, 1, 2, tzinfo=UTC)),
    ]
    assert [row["customer_id"] for row in valid_rows(rows, deleting).collect()] == ["C3"]
    (rejected,) = rejected_rows(rows, deleting).collect()
    assert (rejected["customer_id"], rejected["broken_rules"]) == ("C2", ["purchase_date: type"])


def test_deletions_count_in_the_books_where_they_stand_and_where_they_do_not() -> None:
    counts = [
        DeletionCount("db", is_new=True, stands=True, changes=True, rows=5),
        DeletionCount("db", is_new=True, stands=False, changes=False, rows=2),
        DeletionCount("api", is_new=False, stands=False, changes=True, rows=1),
        DeletionCount("api", is_new=False, stands=True, changes=False, rows=7),
    ]
    assert deletions_change(counts) == {"deleted": {"db": 5, "api": -1}, "superseded": {"db": 2, "api": 1}}
