"""A deletion stands while it is the latest version of its key, whatever else is there of it and came when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession

from contracts.contract import Contract
from spark_jobs.silver.deletions import (
    HAS_KNOWN,
    HAS_LATE,
    IS_NEW,
    SILVER_SOURCE,
    STANDS,
    DeletionCount,
    NewRows,
    deletions_change,
    judged,
)
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


API = "customers-api"
STAND: list[tuple[dict[str, datetime], tuple[bool, bool, str | None, bool]]] = [
    ({"found": FIRST}, (True, False, None, False)),
    ({"found": FIRST, "silver": BEFORE}, (True, False, API, False)),
    ({"found": FIRST, "silver": FIRST}, (True, False, API, False)),
    ({"found": FIRST, "silver": AFTER}, (False, False, API, False)),
    ({"found": FIRST, "valid": BEFORE}, (True, False, None, True)),
    ({"found": FIRST, "valid": AFTER}, (False, False, None, True)),
    ({"found": FIRST, "known": BEFORE}, (True, True, None, False)),
    ({"found": FIRST, "known": FIRST}, (False, True, None, False)),
    ({"found": FIRST, "known": AFTER}, (False, True, None, False)),
    ({"found": FIRST, "known": BEFORE, "valid": AFTER}, (False, True, None, True)),
]
"""Times of the versions of a key, and of the one that was found whether it stands, and what else there is."""


def _frames(spark: SparkSession, contract: Contract, cases: dict[str, dict[str, datetime]]) -> dict[str, DataFrame]:
    """The deletions and rows of each kind, by key."""
    house = Lakehouse(contract, "main", "file:///lake")

    def of(kind: str) -> list[tuple[str, datetime]]:
        return [(key, versions[kind]) for key, versions in cases.items() if kind in versions]

    deletions_of = ("found", "pending", "known")
    rows = {kind: [deleted_row(key, at) for key, at in of(kind)] for kind in deletions_of}
    lives = {
        k: [silver_row(customer_id=key, updated_at=at, source=API) for key, at in of(k)] for k in ("valid", "silver")
    }
    return {kind: table_rows(spark, house.deleted, rows[kind]) for kind in deletions_of} | {
        kind: table_rows(spark, house.silver, lives[kind]) for kind in lives
    }


def _judged(frames: dict[str, DataFrame], contract: Contract) -> DataFrame:
    new = NewRows(frames["valid"], frames["found"], frames["pending"])
    return judged(new, frames["known"], frames["silver"], contract.table)


def test_a_new_deletion_is_held_against_all_versions_of_its_key(spark: SparkSession, deleting: Contract) -> None:
    cases = {f"C{number}": versions | {"pending": versions["found"]} for number, (versions, _) in enumerate(STAND)}
    rows = _judged(_frames(spark, deleting, cases), deleting).where(IS_NEW).collect()
    verdicts = {row["customer_id"]: (row[STANDS], row[HAS_KNOWN], row[SILVER_SOURCE], row[HAS_LATE]) for row in rows}
    assert verdicts == {f"C{number}": verdict for number, (_, verdict) in enumerate(STAND)}


def test_known_deletions_are_judged_where_new_rows_have_their_key_or_silver_has_yet_to_hear_of_them(
    spark: SparkSession, deleting: Contract
) -> None:
    """The table of deletions has taken in those of C4 before a crash, and silver has not."""
    cases = {
        "C1": {"known": FIRST, "valid": AFTER},
        "C2": {"known": FIRST, "valid": BEFORE},
        "C3": {"known": FIRST},
        "C4": {"known": FIRST, "pending": FIRST, "silver": BEFORE},
    }
    rows = _judged(_frames(spark, deleting, cases), deleting).collect()
    assert sorted((row["customer_id"], row[IS_NEW], row[STANDS], row[SILVER_SOURCE]) for row in rows) == [
        ("C1", False, False, None),
        ("C2", False, True, None),
        ("C4", False, True, API),
    ]


def test_of_several_new_deletions_of_a_key_the_latest_stands(spark: SparkSession, deleting: Contract) -> None:
    house = Lakehouse(deleting, "main", "file:///lake")
    later = {"ingestion_timestamp": INGESTED + timedelta(hours=1)}
    of_key = [deleted_row("C1", FIRST), deleted_row("C1", FIRST, **later), deleted_row("C1", None, **later)]
    found, nothing = table_rows(spark, house.deleted, of_key), table_rows(spark, house.silver, [])
    rows = judged(NewRows(nothing, found, found), None, nothing, deleting.table).where(STANDS).collect()
    assert [row_values(row)["ingestion_timestamp"] for row in rows] == [INGESTED + timedelta(hours=1)]


def test_where_nothing_says_which_version_is_the_latest_ingestion_does(spark: SparkSession, deleting: Contract) -> None:
    unordered = with_table(deleting, latest_by=None)
    house = Lakehouse(unordered, "main", "file:///lake")
    assert house.deleted.column_names[:3] == ("customer_id", "purchase_date", "source")
    kept = {name: value for name, value in deleted_row("C1", None).items() if name != "updated_at"}
    found, nothing = table_rows(spark, house.deleted, [kept]), table_rows(spark, house.silver, [])
    silver = [silver_row(updated_at=AFTER, ingestion_timestamp=INGESTED - timedelta(seconds=1))]
    new = NewRows(nothing, found, found)
    (row,) = judged(new, None, table_rows(spark, house.silver, silver), unordered.table).collect()
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
    def counted(source: str, rows: int, *, is_new: bool, stands: bool) -> DeletionCount:
        return DeletionCount(source, is_new, stands, not is_new, stands, None, has_late=False, rows=rows)

    counts = [
        counted("db", 5, is_new=True, stands=True),
        counted("db", 2, is_new=True, stands=False),
        counted("api", 1, is_new=False, stands=False),
        counted("api", 7, is_new=False, stands=True),
    ]
    assert deletions_change(counts) == {"deleted": {"db": 5, "api": -1}, "superseded": {"db": 2, "api": 1}}
