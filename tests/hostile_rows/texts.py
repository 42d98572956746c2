"""Texts that break what reads, writes, compares or shows them: whatever column they stand in."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.vectors.format_vectors import FORMATS, MISSING, NOT_BLANK
from tests.vectors.identity_vectors import INVALID_CARDS, INVALID_CPFS, INVALID_EMAILS
from tests.vectors.odd_texts import TEXTS

_LONG_BYTES = 10_000

_KNOWN = (
    *("NaN", "-NaN", "Infinity", "-Infinity", "inf", "1e400", "-1e400", "1e-400", "-0", "-0.00", "0x10", "1_000"),
    *("3.14159265358979323846264338327950288419716939937510", "9" * 40, "0." + "3" * 40, "+5", ".5", "5.", "½", "²"),
    "௧",
    *("0000-00-00", "2023-02-29", "9999-12-31", "10000-01-01", "31/02/2026", "00/00/0000", "29/02/2023"),
    "31/12/9999",
    *("2026-02-01T23:59:60Z", "2026-06-30T23:59:60+14:00", "2026-02-01T12:00:00+14:00", "2026-02-01T12:00:00-14:00"),
    *("2026-02-01T12:00:00+24:00", "9999-12-31T23:59:59.9999999-14:00", "0001-01-01T00:00:00+14:00", "24:00:00"),
    *("=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", '=HYPERLINK("http://x","y")', "\t=1"),
    *("'; DROP TABLE purchases; --", "' OR '1'='1", "1;SELECT pg_sleep(9)", "$$;", "%s%n%d", "${jndi:ldap://x/a}"),
    *("<script>alert(1)</script>", "<!-- -->", "&lt;&#0;", "]]>", "{{7*7}}", "${7*7}", "#{7*7}", "`id`", "$(id)"),
    *('{"a": [1, {"b": null}]}', "[]", "{}", "null", "NULL", "\\N", "None", "nil", "undefined", "true", "false", "["),
    '"',
    *("../../etc/passwd", "C:\\con", "file:///etc/passwd", "\\", "\\\\", '\\"', "\\n", "\\u0000", "\\x00", "%00"),
    "%0A",
    *('""', '"""', '";"', ";;;;;;;;;;;;", ",,,,,,,,,,,,", "a;b", "a,b", 'a"b', '"a', 'a"', '";\n"', "\n\n", "\r"),
    "\r\n",
    *("\ufeff", "\ufffe", "\uffff", "\ufdd0", "\ufdd1", "\ufdd2", "\ufffd", "\u202eabc", "\u200fאבג", "مرحبا"),
    "\u2066x",
    *("e\u0301", "é", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤", "ﷺ", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "\U0010ffff", "\U0001d7d9", "𠜎"),
    *("ﬁ", "ß", "İ", "ı"),
    *("\x00", "\x00\x00", "a\x00b", "\x01", "\x08", "\x0b", "\x1a", "\x1b[31m", "\x1c", "\x7f", "\x80", "\x85"),
    *("\x9f", "\xad"),
)
"""What lists of naughty strings have, and what each of the engines here treats in its own way."""

_OF_OTHERS = [text for values in FORMATS.values() for text in values]
_LONG = st.sampled_from(["a", "é", "😀", "9", " ", '"', ";", "\n", "\\", "\u0301", "a@", "1."]).map(
    lambda part: part * (_LONG_BYTES // len(part.encode()))
)
_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)

HOSTILE_TEXTS: st.SearchStrategy[str | None] = st.one_of(
    st.sampled_from(_KNOWN),
    st.sampled_from(_KNOWN),
    st.sampled_from([*MISSING, *NOT_BLANK, *_OF_OTHERS, *INVALID_CPFS, *INVALID_CARDS, *INVALID_EMAILS]),
    st.builds(str.__add__, st.sampled_from(_KNOWN), _ANY),
    _ANY,
    TEXTS,
    TEXTS,
    st.integers(0, 40).flatmap(lambda lot: _LONG if lot == 0 else _ANY),
)
"""Texts of all of Unicode but halves of surrogate pairs, which no text can hold; now and then a very long one."""


def in_other_digits(text: str, zero: str) -> str:
    """The text with the digits of another script, the one that begins with this zero."""
    return text.translate({ord("0") + digit: ord(zero) + digit for digit in range(10)})
