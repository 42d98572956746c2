"""Which key a table's hashes were made with, so that no other one is used beside it unnoticed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from pyspark.sql import SparkSession

from contracts.contract import Contract
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables.delta import properties_and_clustering
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.statements import set_properties

FINGERPRINT_PROPERTY = "datamaster.hash_key_fingerprint"
"""Property that tells the key of a table's hashes from others. A table that is made anew has none."""

_FIXED_TEXT = b"datamaster: which key this is"
_HEX_DIGITS = 16


def fingerprint(key: bytes) -> str:
    """The first 64 bits of the HMAC-SHA-256 of a fixed text in hex: it tells keys apart and gives none away.

    >>> fingerprint(b"0" * 32) == fingerprint(b"0" * 32), fingerprint(b"0" * 32) == fingerprint(b"1" * 32)
    (True, False)
    """
    return hmac.digest(key, _FIXED_TEXT, "sha256").hex()[:_HEX_DIGITS]


def check_key(spark: SparkSession, tables: Iterable[Table], key: bytes, contract: Contract) -> None:
    """Hold the key against the one that each table's rows were hashed with; note it where none is noted.

    Raises:
        MisconfiguredError: it is another key; with the command that makes the tables anew.
    """
    used = fingerprint(key)
    for table in tables:
        noted = properties_and_clustering(spark, table)[0].get(FINGERPRINT_PROPERTY)
        if noted is None:
            spark.sql(set_properties(table, {FINGERPRINT_PROPERTY: used}))
        elif noted != used:
            raise MisconfiguredError(
                f"{table.full_name}: its rows were hashed with another PII_HASH_KEY: a person would have two hashes. "
                "Give the task the former key, or make the table anew with this one: "
                f"make rebuild DATASET={contract.slug} LAYER={table.layer}"
            )
