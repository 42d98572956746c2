r"""A contract's regular expressions (ODCS `logicalTypeOptions.pattern`, ECMA-262), as both Java and Rust read them.

Each engine has its own idea of `\d`, `\s`, `.` and `$`. A pattern is therefore parsed, and written anew with nothing
but explicit characters, classes, groups and counts; what has no such form (look-around, back references) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as op  # type: ignore[attr-defined]  # the standard library's parser has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from contracts.formats import BLANKS

Parsed = Iterable[tuple[Any, Any]]

_DIGITS, _WORD, _BLANK = "0-9", "A-Za-z0-9_", BLANKS[1:-1]
_CLASSES = {op.CATEGORY_DIGIT: _DIGITS, op.CATEGORY_WORD: _WORD, op.CATEGORY_SPACE: _BLANK}
_NOT_CLASSES = {op.CATEGORY_NOT_DIGIT: _DIGITS, op.CATEGORY_NOT_WORD: _WORD, op.CATEGORY_NOT_SPACE: _BLANK}
_ANY = "[^\\x{A}\\x{D}\\x{2028}\\x{2029}]"
_SURROGATES = range(0xD800, 0xE000)
_DEEPEST, _LONGEST = 80, 4000
"""How deep parts may be nested, and how many characters and classes repeats may come to when they are written out: what
Rust's engine takes of the largest classes."""

_LARGEST = 1000
"""How often the innermost part may be repeated in all, as counts multiply: Rust's engine writes each repetition out."""

_EDGES = {op.AT_BEGINNING: "^", op.AT_BEGINNING_STRING: "^", op.AT_END: "\\z", op.AT_END_STRING: "\\z"}
_REPEATS = {op.MAX_REPEAT: "", op.MIN_REPEAT: "?"}


def portable_pattern(pattern: str) -> str:
    r"""The pattern in the words that both engines share; it finds a match anywhere, unless it has `^` and `$`.

    >>> portable_pattern("^[A-Z]{2}-\\d+$")
    '^(?:[\\x{41}-\\x{5A}]){2}\\x{2D}(?:[0-9])+\\z'

    Raises:
        ValueError: it is no regular expression, or one that the engines would read differently.
    """
    try:
        parsed = parser.parse(re.sub(r"\(\?<(?=\w)", "(?P<", pattern), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression that all engines read: {error}") from None
    if parsed.state.flags != re.ASCII:
        raise ValueError("has flags inside, such as (?i), which not every engine can render")
    if _size(parsed, times=1, depth=0) > _LONGEST:
        raise ValueError(f"comes to more than {_LONGEST} characters and classes when repeats are written out")
    return _written(parsed, _LARGEST)


def java_pattern_problem(pattern: str) -> str | None:
    r"""Why Java, which alone reads the patterns of `transformLogic`, cannot read this one; None if nothing is seen.

    What Java has and this parser does not (`\p{L}`, `\h`, `\Q…\E`) is left to Java.

    >>> java_pattern_problem("(")
    'is no regular expression: missing ), unterminated subpattern at position 0'
    """
    known = re.sub(r"\\[pP](\{\w+\}|\w)|\\[hHRX]|\\Q.*?\\E", r"\\w", pattern)
    try:
        re.compile(re.sub(r"\(\?<(?=\w)", "(?P<", known))
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    return None


def _size(parsed: Parsed, times: int, depth: int) -> int:
    """How many characters and classes repeats come to when they are written out; what stands once does not count."""
    if depth > _DEEPEST:
        raise ValueError(f"nests parts more than {_DEEPEST} deep, which not every engine can render")
    size = 0
    for kind, content in parsed:
        if kind is op.BRANCH:
            size += sum(_size(branch, times, depth + 1) for branch in content[1])
        elif kind is op.SUBPATTERN:
            size += _size(content[3], times, depth + 1)
        elif kind in _REPEATS:
            size += _size(content[2], times * _times(content), depth + 1)
        else:
            size += times if times > 1 else 0
    return size


def _times(repeat: Any) -> int:  # noqa: ANN401 (the parser's own triple)
    least, most, _ = repeat
    return int(max(least, 1) if most is op.MAXREPEAT else max(most, 1))


def _written(parsed: Parsed, room: int) -> str:
    return "".join(_item(kind, content, room) for kind, content in parsed)


def _item(kind: Any, content: Any, room: int) -> str:  # noqa: ANN401, PLR0911 (one return for each kind of node)
    if kind is op.LITERAL:
        return _character(content)
    if kind is op.NOT_LITERAL:
        return f"[^{_character(content)}]"
    if kind is op.ANY:
        return _ANY
    if kind is op.IN:
        return _class(content)
    if kind is op.AT and content in _EDGES:
        return _EDGES[content]
    if kind is op.BRANCH:
        return f"(?:{'|'.join(_written(branch, room) for branch in content[1])})"
    if kind is op.SUBPATTERN and not content[1] and not content[2]:
        return f"(?:{_written(content[3], room)})"
    if kind in _REPEATS:
        return _repeated(content, room) + _REPEATS[kind]
    raise ValueError(f"uses {str(kind).lower().replace('_', ' ')}, which not every engine can render")


def _repeated(content: Any, room: int) -> str:  # noqa: ANN401 (the parser's own triple)
    least, most, repeated = content
    times = _times(content)
    if times > room:
        raise ValueError(f"repeats a part more than {_LARGEST} times in all, which not every engine can render")
    return f"(?:{_written(repeated, room // times)}){_count(least, most)}"


def _class(members: list[tuple[Any, Any]]) -> str:
    negated, written = "", ""
    for kind, content in members:
        if kind is op.NEGATE:
            negated = "^"
        elif kind is op.LITERAL:
            written += _character(content)
        elif kind is op.RANGE:
            written += "-".join(map(_character, content))
        elif kind is op.CATEGORY and content in _CLASSES:
            written += _CLASSES[content]
        elif kind is op.CATEGORY and len(members) == 1:
            return f"[^{_NOT_CLASSES[content]}]"
        else:
            raise ValueError("has a class such as \\D beside others in brackets, which not every engine can render")
    return f"[{negated}{written}]"


def _character(code: int) -> str:
    if code in _SURROGATES:
        raise ValueError("has half of a character, as in \\uD83D: write the whole one")
    return f"\\x{{{code:X}}}"


def _count(least: int, most: Any) -> str:  # noqa: ANN401 (an int, or the parser's own constant for no limit)
    if most is op.MAXREPEAT:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return f"{{{least}}}" if least == most else f"{{{least},{most}}}"
