"""What a contract's Spark SQL may be made of: operators and deterministic built-in functions of a row's own columns.

What calls out, what another run would answer differently, subqueries and windows are not; nor is what Spark reads in
another way than the parser that looks at it here.
"""

from __future__ import annotations

import re

from sqlglot import exp

_OPERATORS = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.IntDiv, exp.Neg, exp.DPipe, exp.Paren),
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.RegexpLike, exp.Escape, exp.Case, exp.If),
    *(exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Interval, exp.IntervalSpan),
)
_LEAVES = (exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Star, exp.Distinct, exp.Where)
_SCALARS = (
    *(exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign, exp.Pow, exp.Sqrt, exp.Cbrt, exp.Exp, exp.Ln, exp.Log),
    *(exp.Greatest, exp.Least, exp.SafeAdd, exp.SafeSubtract, exp.SafeMultiply, exp.SafeDivide),
    *(exp.Coalesce, exp.Nullif, exp.Nvl2, exp.Nanvl),
    *(exp.Concat, exp.ConcatWs, exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Length),
    *(exp.Pad, exp.Replace, exp.Translate, exp.RegexpReplace, exp.RegexpExtract, exp.StrPosition, exp.Initcap),
    *(exp.Contains, exp.StartsWith, exp.EndsWith, exp.Reverse, exp.MD5, exp.SHA2),
    *(exp.TimeToStr, exp.TimeStrToTime, exp.TimestampTrunc, exp.DateTrunc, exp.TsOrDsToDate, exp.TsOrDsAdd),
    *(exp.DateAdd, exp.DateSub, exp.DateDiff, exp.AddMonths, exp.LastDay, exp.MonthsBetween, exp.Date, exp.Extract),
    *(exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.DayOfYear),
    *(exp.Hour, exp.Minute, exp.Second, exp.TimestampDiff),
)
_SCALARS_BY_NAME = frozenset({"isnull", "isnotnull", "weekday"})
"""Functions that the parser has no class for."""

_AGGREGATES = (
    *(exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr),
    *(exp.Median, exp.Quantile, exp.Filter),
)
_ALLOWED = frozenset((*_OPERATORS, *_LEAVES, *_SCALARS, *_AGGREGATES))

_UNITS = (
    *("YEAR", "YYYY", "YY", "QUARTER", "MONTH", "MM", "MON", "WEEK", "DAY", "DD"),
    *("HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"),
)
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
    if isinstance(node, exp.RegexpExtract):
        return _missing_group(node)
    if isinstance(node, exp.TsOrDsToDate) and node.args.get("format"):
        return "uses to_date with a format: in silver a date is one already"
    if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)) and node.text("unit").upper() not in _UNITS:
        return f"truncates to {node.text('unit')}: use one of {', '.join(_UNITS)}"
    decimals = node.args.get("decimals") if isinstance(node, exp.Round) else None
    if decimals is not None and not (isinstance(decimals, exp.Literal) and decimals.is_int):
        return "rounds to a number of decimals that is no literal from 0 on"
    return None


def _missing_group(node: exp.RegexpExtract) -> str | None:
    group = node.args.get("group")
    try:
        groups, wanted = re.compile(node.expression.name).groups, int(group.name) if group else 1
    except (re.error, ValueError):
        return "uses regexp_extract with a pattern or a group that cannot be told"
    return f"uses regexp_extract with group {wanted} of {groups}" if wanted > groups else None


def _is_allowed(node: exp.Expr) -> bool:
    by_name = isinstance(node, exp.Anonymous) and node.name.lower() in _SCALARS_BY_NAME
    return by_name or type(node) in _ALLOWED


def _called(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name}"
    return f"the function {node.sql_name().lower()}" if isinstance(node, exp.Func) else node.key
