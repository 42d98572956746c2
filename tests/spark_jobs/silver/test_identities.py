"""What identifies a person is found in any text, however it is written, and nothing else is taken out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from spark_jobs.silver.identities import has, identities, without_identities
from tests.spark_jobs.frames import text_frame
from tests.vectors.identity_vectors import VALID_CARDS, VALID_CPFS, VALID_EMAILS
from tests.vectors.odd_texts import TEXTS

pytestmark = pytest.mark.spark

REDACTED: dict[str, str] = {
    # CPFs, however punctuated
    "529.982.247-25": "***",
    "52998224725": "***",
    "529982247-25": "***",
    "529 982 247 25": "***",
    "529\xa0982\u2003247\t25": "***",
    "5-2-9-9-8-2-2-4-7-2-5": "***",
    "52.99.82.24.72.5": "***",
    "529,982,247/25": "***",
    "529_982_247_25": "***",
    "529.982.247\u201325": "***",
    "529 . 982 . 247 - 25": "***",
    "529.982.\n247-25": "***",
    "529\u200b982\u00ad247\x0025": "***",
    "(529)982:247|25": "(***",
    "Notebook 529.982.247-25 presente": "Notebook *** presente",
    "CPF:52998224725.": "CPF:***.",
    "cpf52998224725abc": "cpf***abc",
    "ç529.982.247-25ç": "ç***ç",
    "52998224725, 111.444.777-35": "***, ***",
    "52998224725 52998224725": "*** ***",
    # beside other numbers
    "Pedido 12 529.982.247-25": "Pedido 12 ***",
    "529.982.247-25 2 peças": "*** 2 peças",
    "2026-01-31 52998224725 10:00": "2026-01-31 *** 10:00",
    "Rua 7, 529.982.247-25, 3o andar": "Rua 7, ***, 3o andar",
    # digits that are not ASCII's
    "５２９.９８２.２４７-２５": "***",
    "٥٢٩٩٨٢٢٤٧٢٥ x": "*** x",
    "۵۲۹۹۸۲۲۴۷۲۵": "***",
    "529.982.247-２５": "***",
    # cards
    "4111111111111111": "***",
    "4111 1111 1111 1111": "***",
    "4111-1111-1111-1111, 2x": "***, 2x",
    "4111\xa01111\u20031111 1111": "***",
    "4111.1111.1111.1111": "***",
    "4111 - 1111 - 1111 - 1111": "***",
    "3782 822463 10005": "***",
    "3056 930902 5904": "***",
    "4222222222222": "***",
    "6304000000000000000": "***",
    "cartão4111111111111111ok": "cartão***ok",
    "4111 1111 1111 1111 2026": "*** 2026",
    "4111 1111 1111 1111 123": "*** 123",
    "6304 0000 0000 0000 000": "***",
    "12 4111 1111 1111 1111": "12 ***",
    "４１１１ １１１１ １１１１ １１１１": "***",
    "4111 1111 1111 1111 529.982.247-25": "*** ***",
    # e-mail addresses
    "ana@example.com": "***",
    "fale com ana.souza+loja@sub.example.com.br.": "fale com ***.",
    "<ana@example.com>": "***>",
    "joão@exämple.com": "***",
    "a@b.co b@c.co": "*** ***",
    "52998224725@example.com": "***",
    "529 982 247 25ana@example.com": "***",
    "ana@example.com 52998224725 x": "*** *** x",
}
"""Texts that identify a person, and what is left of them."""

KEPT: tuple[str, ...] = (
    *(
        "",
        " ",
        "Notebook 15",
        "Ana",
        "São Paulo",
        "***",
        "@",
        "ana@",
        "@ana",
        "ana @ example.com",
        "a@b",
        "3 @ R$ 5,00",
    ),
    # no CPF: a check digit is wrong, all digits are equal, it is longer or shorter
    *("529.982.247-26", "52998224735", "111.111.111-11", "529982247255", "052998224725", "5299822472"),
    *("١٢٣٤٥٦٧٨٩٠١", "1529.982.247-25", "529.982.247-251", "529.982x247-25", "52998224725" * 2),
    # no card: the checksum is wrong, a barcode, no card's first digit, small groups, too short, too long
    *("4111111111111112", "7891000315507", "0000000000000", "9999999999999995", "411111111117", "4" * 25),
    *("Chaves 6 7 8 9 10 12 13 14 15", "41 11 11 11 11 11 11 11", "4111,1111,1111,1111", "4111x1111x1111x1111"),
    *("2026-01-31", "31/01/2026 10:00:00", "2026-02-01T12:00:00.123456Z", "R$ 999.999.999.999,99", "１２ @ casa"),
)
"""Texts that identify nobody, as far as one can tell."""


def _redacted(spark: SparkSession, texts: list[str | None]) -> dict[str | None, tuple[str | None, bool]]:
    found = text_frame(spark, texts).select("text", identities(sf.col("text")).alias("found"))
    rows = found.select("text", without_identities(sf.col("text"), sf.col("found")), has(sf.col("found"))).collect()
    return {text: (left, told) for text, left, told in rows}


@pytest.fixture(scope="module")
def redacted(spark: SparkSession) -> dict[str | None, tuple[str | None, bool]]:
    """What is left of every text, and whether that is told: one query for all."""
    cards = [card for card in VALID_CARDS if card.strip()[0] in "23456" and len(re.sub("[^0-9]", "", card)) > 12]
    return _redacted(spark, [*REDACTED, *KEPT, *VALID_CPFS, *cards, *VALID_EMAILS, None])


@pytest.mark.parametrize("text", REDACTED)
def test_what_identifies_is_taken_out_of_a_text(redacted: dict[str | None, tuple[str, bool]], text: str) -> None:
    assert redacted[text] == (REDACTED[text], True)


@pytest.mark.parametrize("text", [*KEPT, None])
def test_a_text_that_identifies_nobody_stays_as_it_is(
    redacted: dict[str | None, tuple[str, bool]], text: str | None
) -> None:
    assert redacted[text] == (text, False)


def test_every_value_that_the_rules_know_is_found(redacted: dict[str | None, tuple[str, bool]]) -> None:
    known = {text: left for text, (left, _) in redacted.items() if text and text not in REDACTED and text not in KEPT}
    assert {text: left.strip() for text, left in known.items()} == dict.fromkeys(known, "***")


def test_a_key_is_not_searched_for_cards(spark: SparkSession) -> None:
    keys = text_frame(spark, ["4111111111111111", "52998224725", "ana@example.com", "C1", None])
    found = keys.select("text", has(identities(sf.col("text"), cards=False))).collect()
    assert found == [
        ("4111111111111111", False),
        ("52998224725", True),
        ("ana@example.com", True),
        ("C1", False),
        (None, False),
    ]


def test_no_planted_cpf_is_left_in_any_text(spark: SparkSession) -> None:
    """Around it whatever may stand in a text, but digits next to it, which would make another number of it."""
    texts: set[tuple[str, str]] = set()

    @settings(max_examples=400, deadline=None, database=None)
    @given(
        before=TEXTS,
        after=TEXTS,
        separators=st.lists(st.sampled_from(["", ".", "-", " ", "/", "\u2013"]), min_size=10, max_size=10),
    )
    def collect(before: str, after: str, separators: list[str]) -> None:
        cpf = "".join(digit + separator for digit, separator in zip("5299822472", separators, strict=True)) + "5"
        texts.add((f"{before}x{cpf}y{after}", cpf))

    collect()
    left = _redacted(spark, [text for text, _ in texts])
    assert [text for text, cpf in texts if cpf in (left[text][0] or "") or not left[text][1]] == []


def test_texts_without_what_identifies_stay_as_they_are_character_by_character(spark: SparkSession) -> None:
    texts: set[str] = set()

    @settings(max_examples=400, deadline=None, database=None)
    @given(text=TEXTS)
    def collect(text: str) -> None:
        texts.add(text)

    collect()
    changed = {
        text: left for text, (left, told) in _redacted(spark, sorted(texts)).items() if not told and left != text
    }
    assert changed == {}


def test_a_long_text_of_digits_is_searched_in_time(spark: SparkSession) -> None:
    """As many places to begin at as there are digits, and an address that never ends."""
    texts = ["1 " * 50_000, "4111-" * 10_000, "a" * 200_000 + "@", "@." * 50_000, "12345678901" * 5_000]
    assert len(_redacted(spark, list(texts))) == len(texts)
