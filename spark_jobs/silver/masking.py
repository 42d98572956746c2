"""What silver keeps of personal values: a keyed hash, a masked e-mail address, text without numbers that identify.

A plain hash of a CPF is undone in minutes by trying all of them; HMAC-SHA-256 (RFC 2104) needs the key as well. Its
two key pads come as columns of a one-row frame that is cross-joined: as literals they would stand in the query plan.
"""

from __future__ import annotations

from hashlib import sha256

import pyarrow
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.formats import EMAIL_PATTERN

BLOCK_BYTES = 64
INNER_PAD, OUTER_PAD = "_inner_pad", "_outer_pad"

REDACTED = "***"
_DIGIT_RUN = r"[0-9](?:[\p{Z}\s./_-]*+[0-9]){10,}+"
"""Possessive, as Java takes a frame of its stack for each repeat of a group that it may come back to."""


def key_pads(spark: SparkSession, key: bytes) -> DataFrame:
    """One row of HMAC's inner and outer key pad (binary columns `_inner_pad`, `_outer_pad`).

    It is handed over as an Arrow table: for a list Spark would start a Python worker.
    """
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    inner, outer = (bytes(byte ^ mask for byte in block) for mask in (0x36, 0x5C))
    return spark.createDataFrame(pyarrow.table({INNER_PAD: [inner], OUTER_PAD: [outer]}))


def with_key_pads(frame: DataFrame, pads: DataFrame) -> DataFrame:
    """The frame with the key pads beside every row, for `keyed_hash`; drop them before anything is written."""
    return frame.crossJoin(sf.broadcast(pads))


def digits(text: Column) -> Column:
    """The text's digits 0 to 9, null if it has none."""
    return sf.nullif(sf.regexp_replace(text, "[^0-9]", ""), sf.lit(""))


def keyed_hash(text: Column) -> Column:
    """HMAC-SHA-256 of the text in lower-case hex, null for null; needs the key pads' columns."""
    inner = sf.unhex(sf.sha2(sf.concat(sf.col(INNER_PAD), text.cast("binary")), 256))
    return sf.sha2(sf.concat(sf.col(OUTER_PAD), inner), 256)


def masked_email(address: Column) -> Column:
    """`m***@example.com` for a valid trimmed address, `***` for anything else that is present, null for none."""
    masked = sf.concat(sf.substring(address, 1, 1), sf.lit(REDACTED + "@"), sf.substring_index(address, "@", -1))
    return sf.when(address.rlike(EMAIL_PATTERN), masked).when(address.isNotNull(), sf.lit(REDACTED))


def redacted(text: Column) -> Column:
    """Free text with every run of 11 or more digits, however spaced, replaced by `***`; all of it if it has an `@`."""
    return sf.when(text.contains("@"), REDACTED).otherwise(sf.regexp_replace(text, _DIGIT_RUN, REDACTED))
