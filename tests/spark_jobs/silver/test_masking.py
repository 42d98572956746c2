"""What silver keeps of personal values, and that the key is nowhere to be seen."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from spark_jobs.silver.identities import without_long_numbers
from spark_jobs.silver.masking import digits, key_pads, keyed_hash, masked_email, redacted, with_key_pads
from spark_jobs.silver.texts import trimmed
from tests.spark_jobs.frames import frame, text_frame
from tests.vectors.identity_vectors import INVALID_CARDS, INVALID_CPFS, VALID_CARDS, VALID_CPFS

pytestmark = pytest.mark.spark

KEY = b"a key that nobody should ever find in a plan"


def _python_hash(text: str | None, key: bytes) -> str | None:
    return None if text is None else hmac.new(key, text.encode(), "sha256").hexdigest()


def _spark_hashes(spark: SparkSession, values: list[str | None], key: bytes) -> list[str | None]:
    hashed = with_key_pads(text_frame(spark, values), key_pads(spark, key)).select(keyed_hash(sf.col("text")))
    return [row[0] for row in hashed.collect()]


@pytest.mark.parametrize("key", [KEY, b"k" * 32, b"k" * 64, b"k" * 65, b"\x00\xff" * 100], ids=len)
def test_keyed_hash_equals_pythons_hmac(spark: SparkSession, key: bytes) -> None:
    texts = [*VALID_CPFS, *INVALID_CPFS, *VALID_CARDS, *INVALID_CARDS]
    assert _spark_hashes(spark, texts, key) == [_python_hash(text, key) for text in texts]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.binary(min_size=32, max_size=80), texts=st.lists(st.none() | st.text(), min_size=20, max_size=60))
def test_keyed_hash_equals_pythons_hmac_on_any_text(spark: SparkSession, key: bytes, texts: list[str | None]) -> None:
    assert _spark_hashes(spark, texts, key) == [_python_hash(text, key) for text in texts]


def test_one_cpf_has_one_hash_however_it_is_written(spark: SparkSession) -> None:
    frame = text_frame(spark, ["52998224725", "529.982.247-25", " 529 982 247 25\xa0", "n/a", "", None])
    assert [row[0] for row in frame.select(digits(sf.col("text"))).collect()] == ["52998224725"] * 3 + [None] * 3


def test_the_key_stands_in_no_plan(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    pads = key_pads(spark, KEY)
    landed = text_frame(spark, ["52998224725"]).where("text is not null")
    hashed = with_key_pads(landed, pads).select(keyed_hash(sf.col("text")).alias("hash"))
    hashed.collect()
    for mode in ("extended", "codegen", "formatted", "cost"):
        hashed.explain(mode)
    plans = capsys.readouterr().out.lower()
    inner, outer = pads.collect()[0]
    assert "sha2" in plans
    for secret in (KEY, bytes(inner), bytes(outer)):
        for spelled in (secret.hex(), secret.hex(" "), secret[:16].decode("latin-1").lower(), str(list(secret))):
            assert spelled not in plans


EMAILS: list[tuple[str | None, str | None]] = [
    ("maria@example.com", "m***@example.com"),
    (" maria@example.com\n", "m***@example.com"),
    ("a@b.co", "a***@b.co"),
    ("joão@exämple.com", "j***@exämple.com"),
    ("😀x@example.com", "😀***@example.com"),
    ("maria@", "***"),
    ("529.982.247-25", "***"),
    ("maria@silva@example.com", "***"),
    ("", None),
    ("\xa0", None),
    (None, None),
]


def test_masked_email_keeps_the_first_character_and_the_domain(spark: SparkSession) -> None:
    addresses = frame(spark, EMAILS, "address string, kept string")
    assert addresses.select("address", masked_email(trimmed(sf.col("address")))).collect() == EMAILS


TEXTS: list[tuple[str | None, str | None]] = [
    ("Notebook 15", "Notebook 15"),
    ("52998224725", "***"),
    ("CPF 529.982.247-25 de Ana", "CPF *** de Ana"),
    ("4111 1111 1111 1111", "***"),
    ("4111-1111-1111-1111, 2x", "***, 2x"),
    ("4111\xa01111\u20031111 1111", "***"),
    ("529/982/247_25", "***"),
    ("1234567890", "1234567890"),
    ("31/01/2026", "31/01/2026"),
    ("ana@example.com", "***"),
    ("write to ana@example.com", "***"),
    ("", ""),
    (None, None),
]


def test_redacted_text_has_no_number_or_address_that_identifies(spark: SparkSession) -> None:
    texts = frame(spark, TEXTS, "text string, kept string")
    assert texts.select("text", redacted(sf.col("text"))).collect() == TEXTS


def test_a_number_without_end_is_redacted_however_long_it_is(spark: SparkSession) -> None:
    texts = text_frame(spark, ["9" * 100_000, "1 " * 50_000, "1./" * 50_000 + "2", "٣" * 50_000])
    left = texts.select(redacted(sf.col("text")), without_long_numbers(sf.col("text"))).collect()
    assert [tuple(row) for row in left] == [("***", "***"), ("*** ", "*** "), ("***", "***"), ("٣" * 50_000, "***")]
