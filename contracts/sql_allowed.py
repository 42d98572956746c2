"""What may not stand in a contract's Spark SQL: what is not in `contracts.sql_functions`, and what these cannot do.

Nor may what Spark reads in another way than the parser that looks at it here, and what only some row would show: every
pattern, unit, length and number of digits is a literal, and is tried when the contract is read.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection

from sqlglot import exp

from contracts.patterns import java_pattern_problem
from contracts.sql_functions import RULES, RULES_BY_NAME
from contracts.sql_types import is_time

_LEAVES = (exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Star, exp.Where)
_ALLOWED = frozenset((*_LEAVES, *RULES, exp.DataType, exp.DataTypeParam))

_UNITS = (
    *("YEAR", "YYYY", "YY", "QUARTER", "MONTH", "MM", "MON", "WEEK", "DAY", "DD"),
    *("HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"),
)
_PARTS = (
    *("YEAR", "YEAROFWEEK", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DOW", "DAYOFWEEK_ISO", "DOW_ISO", "DOY"),
    *("HOUR", "MINUTE", "SECOND"),
)
_LETTERS = frozenset(string.ascii_letters)
_DATE_LETTERS = frozenset("GyDMLdQqEFahKkHmsSVzOXxZ")
"""Letters of Spark's datetime patterns (Spark docs, "Datetime Patterns for Formatting and Parsing")."""

_LONGEST_PADDING = 1000
_MOVING_DAYS = frozenset({"now", "today", "yesterday", "tomorrow"})
_PATTERNS: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Like: ("like", "expression"),
    exp.ILike: ("ilike", "expression"),
    exp.RegexpLike: ("rlike", "expression"),
    exp.RegexpReplace: ("regexp_replace", "expression"),
    exp.RegexpExtract: ("regexp_extract", "expression"),
    exp.TimeToStr: ("date_format", "format"),
}
"""Patterns: as literals they are tried before a run, as values one odd row would stop the others."""


def refusal(node: exp.Expr) -> str | None:
    """Why the node may not stand in a contract, None if it may."""
    if not _is_allowed(node):
        return f"uses {_called(node)}, which is not allowed in a contract"
    if isinstance(node, exp.Star) and (type(node.parent) is not exp.Count or any(node.args.values())):
        return "uses *, which is allowed in count(*) alone"
    if isinstance(node, exp.Column) and node.table:
        return f"names {node.sql('spark')}: a column stands alone, without its table"
    if node.is_string and node.name.strip().lower() in _MOVING_DAYS:
        return f"has the text {node.name!r}, which to Spark is another day tomorrow"
    return _misuse(node)


def _misuse(node: exp.Expr) -> str | None:
    called, argument = _PATTERNS.get(type(node), ("", ""))
    if argument and not node.args[argument].is_string:
        return f"uses {called} with a pattern that is no literal"
    if isinstance(node, exp.AggFunc) and node.find_ancestor(exp.AggFunc):
        return f"uses {_called(node)} within another aggregate"
    check = next((check for kinds, check in _CHECKS if isinstance(node, kinds)), None)
    return check(node) if check else None


def _pattern_problem(node: exp.Expr) -> str | None:
    problem = java_pattern_problem(node.expression.name)
    return f"uses {_PATTERNS[type(node)][0]} with a pattern that {problem}" if problem else _missing_group(node)


def _missing_group(node: exp.Expr) -> str | None:
    if not isinstance(node, exp.RegexpExtract):
        return None
    group = node.args.get("group")
    try:
        groups, wanted = re.compile(node.expression.name).groups, int(group.name) if group else 1
    except (re.error, ValueError):
        return "uses regexp_extract with a pattern or a group that cannot be told"
    return f"uses regexp_extract with group {wanted} of {groups}" if wanted > groups else None


def date_pattern_problem(written: str, read: Collection[str]) -> str | None:
    """Why a pattern of `date_format` cannot stand in a contract, given what the parser made of all patterns."""
    if unknown := sorted(set(re.sub("'[^']*'", "", written)) & _LETTERS - _DATE_LETTERS):
        return f"uses date_format with {', '.join(unknown)} in its pattern, which Spark does not have"
    return None if written in read else f"uses date_format with {written!r}, which is not read as it is written"


def _unit_problem(node: exp.Expr) -> str | None:
    unit = node.text("unit").upper()
    return None if unit in _UNITS else f"truncates to {unit}: use one of {', '.join(_UNITS)}"


def _difference_problem(node: exp.Expr) -> str | None:
    unit = node.text("unit").upper()
    return None if unit in {"", *_UNITS} else f"counts in {unit}: use one of {', '.join(_UNITS)}"


def _interval_problem(node: exp.Expr) -> str | None:
    return None if isinstance(node.this, exp.Literal) else "has an interval whose length is no literal"


def _part_problem(node: exp.Expr) -> str | None:
    return None if node.name.upper() in _PARTS else f"extracts {node.name}: use one of {', '.join(_PARTS)}"


def _digits_problem(node: exp.Expr) -> str | None:
    decimals = node.args.get("decimals")
    if decimals is None or (isinstance(decimals, exp.Literal) and decimals.is_int):
        return None
    return "rounds to a number of decimals that is no literal from 0 on"


def _length_problem(node: exp.Expr) -> str | None:
    length = node.expression
    if isinstance(length, exp.Literal) and length.is_int and int(length.name) <= _LONGEST_PADDING:
        return None
    return f"pads to a length that is no literal up to {_LONGEST_PADDING}"


def _share_problem(node: exp.Expr) -> str | None:
    share = node.args["quantile"]
    is_share = isinstance(share, exp.Literal) and not share.is_string and 0 <= float(share.name) <= 1
    return None if is_share else "uses percentile with a share that is no literal from 0 to 1"


def _to_date_problem(node: exp.Expr) -> str | None:
    if node.args.get("format"):
        return "uses to_date with a format: in silver a date is one already"
    if node.this.is_string and not is_time(node.this):
        return f"reads {node.this.sql('spark')} as a date, which it is not"
    return None


_CHECKS: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], str | None]], ...] = (
    ((exp.RegexpLike, exp.RegexpReplace, exp.RegexpExtract), _pattern_problem),
    ((exp.TsOrDsToDate,), _to_date_problem),
    ((exp.DateTrunc, exp.TimestampTrunc), _unit_problem),
    ((exp.DateDiff, exp.TimestampDiff), _difference_problem),
    ((exp.Extract,), _part_problem),
    ((exp.Interval,), _interval_problem),
    ((exp.Round, exp.Ceil, exp.Floor), _digits_problem),
    ((exp.Pad,), _length_problem),
    ((exp.Quantile,), _share_problem),
)


def _is_allowed(node: exp.Expr) -> bool:
    by_name = isinstance(node, exp.Anonymous) and node.name.lower() in RULES_BY_NAME
    return by_name or type(node) in _ALLOWED


def _called(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name}"
    written = re.match(r"\w+(?=\()", node.sql("spark"))
    if isinstance(node, exp.Func):
        return f"the function {written[0].lower() if written else node.sql_name().lower()}"
    return node.key
