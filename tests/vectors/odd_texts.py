"""Texts that nobody thought of: made by chance, from the characters and parts that values are made of."""

from __future__ import annotations

from hypothesis import strategies as st

from contracts.formats import BLANK_CHARACTERS, WrittenFormat
from tests.vectors.format_vectors import FORMATS

EVERY_FORMAT: tuple[WrittenFormat, ...] = tuple(FORMATS)
"""The formats of the shared vectors."""

_PARTS = st.sampled_from(
    [
        *"0123456789.,-+/:@eETtZz$R ０٣½",
        *("R$ ", "US$", "00", "9999", "0000", "12/31/", "31/02/", "2026-02-", "T23:59:60", "-0", "e999", "NaN", "true"),
        *("+14:59", "-23:59", "\x00", "\ud7ff", "😀", "\u0301", *BLANK_CHARACTERS),
    ]
)
_GENERAL = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_NUMBERS = st.integers().map(str) | st.decimals(allow_nan=False).map(str) | st.floats().map(str)
_DATES = st.builds(
    lambda year, month, day, text: text.format(y=year, m=month, d=day),
    st.integers(-1, 12_000),
    st.integers(0, 14),
    st.integers(0, 33),
    st.sampled_from(["{y:04}-{m:02}-{d:02}", "{m}/{d}/{y:04}", "{d:02}/{m:02}/{y:04}"]),
)
_TIMES = st.builds(
    lambda hour, minute, second, decimals, text: text.format(h=hour, m=minute, s=second, f=decimals),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
    st.integers(0).map(str),
    st.sampled_from(
        [" {h:02}:{m:02}:{s:02}", "T{h:02}:{m:02}:{s:02}Z", "t{h:02}:{m:02}:{s:02}.{f}-{h:02}:{m:02}", "T{h}:{m}z"]
    ),
)

TEXTS = (
    _GENERAL
    | _NUMBERS
    | _DATES
    | st.builds(str.__add__, _DATES, _TIMES)
    | st.lists(_PARTS, max_size=30).map("".join)
    | st.lists(_PARTS | _DATES | _NUMBERS, max_size=4).map("".join)
)
"""Texts such as a source might send in any column."""
