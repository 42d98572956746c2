"""What a contract's Spark SQL may be made of: each operator and function, what it takes, and what it gives.

All are deterministic and look at a row's own columns. What is not here is not allowed: what calls out, what another run
would answer differently, subqueries, windows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlglot import exp

from contracts.sql_types import NUMBERS, TIMES, Kind, KindOf, common, is_time, widest

Rule = Callable[[exp.Expr, KindOf], Kind]
"""The kind of a node's value; raises ValueError where its parts are none that it can take without an error."""

_ANY = tuple(kind for kind in Kind if kind is not Kind.INTERVAL)
_DAYS = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY"}
_TO = {
    exp.DType.TEXT: Kind.STRING,
    exp.DType.VARCHAR: Kind.STRING,
    exp.DType.BOOLEAN: Kind.BOOLEAN,
    exp.DType.DATE: Kind.DATE,
    exp.DType.TIMESTAMP: Kind.TIMESTAMP,
    exp.DType.TIMESTAMPTZ: Kind.TIMESTAMP,
    exp.DType.TIMESTAMPLTZ: Kind.TIMESTAMP,
    exp.DType.DECIMAL: Kind.DECIMAL,
    exp.DType.FLOAT: Kind.DOUBLE,
    exp.DType.DOUBLE: Kind.DOUBLE,
    **dict.fromkeys((exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT), Kind.INTEGER),
}
_UNCASTABLE = {
    (one, other)
    for kinds in ((Kind.DATE, Kind.BOOLEAN), *((Kind.DATE, number) for number in NUMBERS))
    for one, other in (kinds, kinds[::-1])
} | {(Kind.TIMESTAMP, Kind.BOOLEAN), (Kind.BOOLEAN, Kind.TIMESTAMP)}
_MOST_DIGITS = 38


def parts(node: exp.Expr) -> list[tuple[str, exp.Expr]]:
    """A node's parts that have values, with the names of the arguments that they are."""
    return [
        (name, part)
        for name, value in node.args.items()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, exp.Expr) and not isinstance(part, exp.Var | exp.DataType)
    ]


def _takes(gives: Kind | None, *kinds: Collection[Kind]) -> Rule:
    """Takes values of these kinds, a collection an argument, the last one any further; gives that or the widest."""

    def rule(node: exp.Expr, kind_of: KindOf) -> Kind:
        found = [kind_of(part) for _, part in parts(node)]
        for place, kind in enumerate(found):
            taken = kinds[min(place, len(kinds) - 1)]
            if kind not in taken and kind is not Kind.NULL:
                raise ValueError(f"takes {' or '.join(taken)}, and not {kind}: cast it")
        return gives or widest(found)

    return rule


def _same(node: exp.Expr, kind_of: KindOf) -> Kind:
    return common([part for _, part in parts(node)], kind_of)


def _comparison(node: exp.Expr, kind_of: KindOf) -> Kind:
    _same(node, kind_of)
    return Kind.BOOLEAN


def _sum_or_difference(node: exp.Expr, kind_of: KindOf) -> Kind:
    kinds = kind_of(node.this), kind_of(node.expression)
    times = [kind for kind in kinds if kind in TIMES]
    if len(times) == 1 and Kind.INTERVAL in kinds:
        interval = node.expression if kinds[1] is Kind.INTERVAL else node.this
        return times[0] if _is_of_days(interval) else Kind.TIMESTAMP
    if times == [Kind.DATE] and kinds[1] is Kind.INTEGER:
        return Kind.DATE
    return _takes(None, NUMBERS)(node, kind_of)


def _is_of_days(interval: exp.Expr) -> bool:
    unit = interval.args.get("unit")
    last = unit.expression if isinstance(unit, exp.IntervalSpan) else unit
    return last is not None and last.name.upper().removesuffix("S") in _DAYS


def _quotient(node: exp.Expr, kind_of: KindOf) -> Kind:
    found = _takes(None, NUMBERS)(node, kind_of)
    return Kind.DOUBLE if found is Kind.INTEGER else found


def _rounded_to_whole(node: exp.Expr, kind_of: KindOf) -> Kind:
    found = _takes(None, NUMBERS)(node, kind_of)
    return Kind.DECIMAL if node.args.get("decimals") and found is not Kind.INTEGER else Kind.INTEGER


def _case(node: exp.Expr, kind_of: KindOf) -> Kind:
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    conditions = [branch.this for branch in branches]
    if node.this and isinstance(node, exp.Case):
        common([node.this, *conditions], kind_of)
    elif any(kind_of(condition) not in {Kind.BOOLEAN, Kind.NULL} for condition in conditions):
        raise ValueError("takes a condition that is no boolean: compare it with something")
    otherwise = node.args.get("default") or node.args.get("false")
    values = [branch.args["true"] for branch in branches]
    return common([*values, otherwise] if otherwise else values, kind_of)


def _either(node: exp.Expr, kind_of: KindOf) -> Kind:
    """`nvl2`: whatever is looked at, it gives one of the other two."""
    return common([node.args["true"], node.args["false"]], kind_of)


def _first(node: exp.Expr, kind_of: KindOf) -> Kind:
    """`nullif` gives the first of what it compares."""
    _same(node, kind_of)
    return kind_of(node.this)


def _cast(node: exp.Expr, kind_of: KindOf) -> Kind:
    target, found = node.args["to"], kind_of(node.this)
    if target.this not in _TO:
        raise ValueError(f"casts to {target.sql('spark').lower()}, which no column can be")
    to = _TO[target.this]
    if to is Kind.DECIMAL and any(int(size.name) > _MOST_DIGITS for size in target.expressions):
        raise ValueError(f"casts to a decimal of more than {_MOST_DIGITS} digits")
    if node.this.is_string and to in TIMES and not is_time(node.this):
        raise ValueError(f"reads {node.this.sql('spark')} as a {to}, which it is not")
    if (found, to) in _UNCASTABLE or found is Kind.INTERVAL:
        raise ValueError(f"casts {found} to {to}, which Spark does not")
    return to


def _extract(node: exp.Expr, kind_of: KindOf) -> Kind:
    _takes(Kind.INTEGER, TIMES)(node, kind_of)
    return Kind.DECIMAL if node.name.upper().startswith("SEC") else Kind.INTEGER


def _interval(_node: exp.Expr, _kind_of: KindOf) -> Kind:
    return Kind.INTERVAL


def _filtered(node: exp.Expr, kind_of: KindOf) -> Kind:
    _takes(Kind.BOOLEAN, _CONDITION)(node.expression, kind_of)
    return kind_of(node.this)


def _distinct(node: exp.Expr, kind_of: KindOf) -> Kind:
    return next(kind_of(part) for part in node.expressions)


_TEXT, _CONDITION, _WHOLE, _LOGIC = (Kind.STRING,), (Kind.BOOLEAN,), (Kind.INTEGER,), Kind.BOOLEAN
_OPERATORS: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.Add, exp.Sub, exp.SafeAdd, exp.SafeSubtract), _sum_or_difference),
    **dict.fromkeys((exp.Mul, exp.Mod, exp.Neg, exp.Abs, exp.SafeMultiply, exp.Round), _takes(None, NUMBERS)),
    **dict.fromkeys((exp.Div, exp.SafeDivide), _quotient),
    exp.IntDiv: _takes(Kind.INTEGER, NUMBERS),
    **dict.fromkeys((exp.And, exp.Or, exp.Not), _takes(_LOGIC, _CONDITION)),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ), _comparison),
    **dict.fromkeys((exp.In, exp.Between, exp.Is), _comparison),
    **dict.fromkeys((exp.Like, exp.ILike, exp.RegexpLike), _takes(_LOGIC, _TEXT)),
    exp.Escape: _takes(_LOGIC, _CONDITION, _TEXT),
    **dict.fromkeys((exp.Case, exp.If), _case),
    **dict.fromkeys((exp.Cast, exp.TryCast), _cast),
    **dict.fromkeys((exp.Interval, exp.IntervalSpan), _interval),
    **dict.fromkeys((exp.Paren, exp.Coalesce, exp.Greatest, exp.Least), _same),
    exp.Nullif: _first,
    exp.Nvl2: _either,
}
_OF_NUMBERS: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.Ceil, exp.Floor), _rounded_to_whole),
    **dict.fromkeys(
        (exp.Sign, exp.Pow, exp.Sqrt, exp.Cbrt, exp.Exp, exp.Ln, exp.Log, exp.Nanvl), _takes(Kind.DOUBLE, NUMBERS)
    ),
}
_OF_TEXTS: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.Concat, exp.ConcatWs, exp.DPipe), _takes(Kind.STRING, _ANY)),
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Trim, exp.Initcap, exp.Reverse), _takes(Kind.STRING, _TEXT)),
    **dict.fromkeys((exp.Replace, exp.Translate, exp.RegexpReplace, exp.MD5), _takes(Kind.STRING, _TEXT)),
    **dict.fromkeys((exp.Substring, exp.Left, exp.Right, exp.SHA2), _takes(Kind.STRING, _TEXT, _WHOLE)),
    exp.Pad: _takes(Kind.STRING, _TEXT, _WHOLE, _TEXT),
    exp.RegexpExtract: _takes(Kind.STRING, _TEXT, _TEXT, _WHOLE),
    exp.Length: _takes(Kind.INTEGER, _TEXT),
    exp.StrPosition: _takes(Kind.INTEGER, _TEXT, _TEXT, _WHOLE),
    **dict.fromkeys((exp.Contains, exp.StartsWith, exp.EndsWith), _takes(_LOGIC, _TEXT)),
}
_OF_TIMES: dict[type[exp.Expr], Rule] = {
    exp.TimeToStr: _takes(Kind.STRING, TIMES, _TEXT),
    exp.TimeStrToTime: _takes(Kind.TIMESTAMP, TIMES),
    exp.TimestampTrunc: _takes(Kind.TIMESTAMP, TIMES),
    exp.DateTrunc: _takes(Kind.DATE, _TEXT, TIMES),
    exp.TsOrDsToDate: _takes(Kind.DATE, (*TIMES, Kind.STRING)),
    exp.TsOrDsAdd: _takes(Kind.DATE, TIMES, _WHOLE),
    exp.AddMonths: _takes(Kind.DATE, TIMES, _WHOLE),
    exp.LastDay: _takes(Kind.DATE, TIMES),
    **dict.fromkeys((exp.DateDiff, exp.TimestampDiff), _takes(Kind.INTEGER, TIMES)),
    exp.MonthsBetween: _takes(Kind.DOUBLE, TIMES),
    exp.Extract: _extract,
    **dict.fromkeys(
        (exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.DayOfYear),
        _takes(Kind.INTEGER, TIMES),
    ),
    **dict.fromkeys((exp.Hour, exp.Minute, exp.Second), _takes(Kind.INTEGER, TIMES)),
}
_AGGREGATES: dict[type[exp.Expr], Rule] = {
    exp.Count: _takes(Kind.INTEGER, _ANY),
    exp.CountIf: _takes(Kind.INTEGER, _CONDITION),
    exp.Sum: _takes(None, NUMBERS),
    exp.Avg: _quotient,
    **dict.fromkeys((exp.Min, exp.Max), _same),
    **dict.fromkeys((exp.LogicalAnd, exp.LogicalOr), _takes(_LOGIC, _CONDITION)),
    **dict.fromkeys((exp.Median, exp.Quantile), _takes(Kind.DOUBLE, NUMBERS)),
    exp.Filter: _filtered,
    exp.Distinct: _distinct,
}
RULES: dict[type[exp.Expr], Rule] = _OPERATORS | _OF_NUMBERS | _OF_TEXTS | _OF_TIMES | _AGGREGATES

RULES_BY_NAME: dict[str, Rule] = {
    "isnull": _takes(_LOGIC, _ANY),
    "isnotnull": _takes(_LOGIC, _ANY),
    "weekday": _takes(Kind.INTEGER, TIMES),
}
"""Functions that the parser has no class for."""
