"""A portable pattern matches the texts that Python's ASCII reading of the contract's pattern does, or is refused."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.patterns import portable_pattern

PATTERNS = (
    "",
    "a",
    "^$",
    "^a$",
    r"\Aab\Z",
    "a.c",
    "^(LJ|TR)-[0-9]{3}$",
    r"^\d{2}\.\d{3}-\d$",
    r"\d+|\w+-",
    r"^\D*$",
    r"^\W\w\W$",
    "[^a-c]",
    "^[^a]$",
    r"^[^\d]+$",
    r"[\d.,-]{2}",
    r"^[\w-]+@[\w.]+$",
    "[a&b]",
    "[]a]",
    "[[a]",
    r"[\]\\^-]",
    "a?b",
    "^a*b+c?$",
    "^a*?b+?c??$",
    "^a{2}$",
    "^a{2,}$",
    "^a{1,2}b{0}$",
    "^a{,2}$",
    "^(a|b)*$",
    "^(?:ab|ac|)$",
    "^((a|b)(c|-)?){2,3}$",
    "(?P<letter>a)b",
    "(?#says nothing)a",
    "^(a{2}){2}$",
    r"a\|b",
    r"\$\(\)\*\+\?\.\[\{\}\\",
    r"\x61\u0062",
    r"\t|\f|\v|\0",
    "ç",
    "^[à-ý]+$",
    "😀{2}",
    "^[^😀]$",
    r"^[\U0001F600-\U0001F64F]$",
)

TEXTS = st.text("abcLJTR019-.,|@&[]^\\ç😀ÿ٣_$ \t\x00", max_size=6)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_rust_finds_what_python_finds(pattern: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.one_of(TEXTS, st.from_regex(re.compile(pattern, re.ASCII))), max_size=20))
    def agree(texts: list[str]) -> None:
        one_line = [text for text in texts if not re.search("[\r\n\u2028\u2029]", text)]
        found = pl.Series(one_line, dtype=pl.String).str.contains(portable_pattern(pattern)).to_list()
        assert found == [re.search(pattern, text, re.ASCII) is not None for text in one_line]

    agree()


ECMA: dict[str, dict[str, bool]] = {
    "^(?<letter>a)b$": {"ab": True, "b": False},
    "^a.b$": {"a\nb": False, "a\rb": False, "a\u2028b": False, "a\x85b": True, "a😀b": True},
    "^a$": {"a\n": False, "\na": False, "a\nb": False},
    r"^\s$": {" ": True, "\t": True, "\xa0": True, "\u2003": True, "\u3000": True, "\u200b": False},
    r"^\S$": {"\xa0": False, "\u200b": True, "a": True},
    r"^\d\w$": {"1a": True, "٣a": False, "1ç": False},
}


@pytest.mark.parametrize(("pattern", "verdicts"), ECMA.items())
def test_dots_ends_and_blanks_are_those_of_the_standard(pattern: str, verdicts: dict[str, bool]) -> None:
    """ECMA-262's: a dot is no line's end, `$` stands at the end alone, and blanks are Unicode's."""
    found = pl.Series(list(verdicts)).str.contains(portable_pattern(pattern)).to_list()
    assert dict(zip(verdicts, found, strict=True)) == verdicts


REFUSED: dict[str, str] = {
    "(?=a)b": "uses assert",
    "(?!a)b": "uses assert not",
    "(?<=a)b": "uses assert",
    "(?<!a)b": "uses assert not",
    r"(a)\1": "uses groupref",
    "(?P<n>a)(?P=n)": "uses groupref",
    "(a)?(?(1)b|c)": "uses groupref exists",
    r"\bword\b": "uses at",
    r"\Bword": "uses at",
    "(?i)a": "has flags inside",
    "(?i:a)b": "uses subpattern",
    "a++": "uses possessive repeat",
    "(?>a)b": "uses atomic group",
    r"[\Dx]": r"has a class such as \D beside others",
    r"[^\S]": r"has a class such as \D beside others",
    "a{1001}": "repeats a part more than 1000 times",
    "a{1001,}": "repeats a part more than 1000 times",
    "((a{10}){10}){11}": "repeats a part more than 1000 times",
    "(b|a{501}){2}": "repeats a part more than 1000 times",
    "a{99999999999}": "is no regular expression",
    "a{2,1}": "is no regular expression",
    "a(": "is no regular expression",
    "a**": "is no regular expression",
    "[b-a]": "is no regular expression",
    "[a": "is no regular expression",
    "\\": "is no regular expression",
    r"\p{L}": "is no regular expression",
    r"\ud83d\ude00": "has half of a character",
    r"[\ud800-\udfff]": "has half of a character",
    r"\S{1000}" * 5: "comes to more than 4000 characters",
    "(?:" * 100 + "a" + ")?" * 100: "nests parts more than 80 deep",
    "(" * 2000 + ")" * 2000: "is no regular expression",
}


@pytest.mark.parametrize(("pattern", "reason"), REFUSED.items(), ids=lambda value: value[:30])
def test_what_not_every_engine_reads_alike_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is looked at)
        portable_pattern(pattern)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize("pattern", ["a{1000}", "((a{10}){10}){10}", "(a{500}|b{1000})", "(a*){3}", ".{1000}.{1000}"])
def test_repeats_up_to_the_limit_run(pattern: str) -> None:
    assert pl.Series(["a" * 2000, "c"]).str.contains(portable_pattern(pattern)).to_list()[0]
