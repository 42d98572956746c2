"""How rules changed: what refuses more rows than before breaks sources; what refuses fewer breaks nobody.

Rules are compared by what they demand and not by their names, so that naming one is no new rule. A warning refuses
nothing. Where a value was always there and may now be missing, readers break.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import eq

from contracts.column_rules import SetCheck
from contracts.columns import Column
from contracts.diff.change import NOBODY, READERS, SOURCES, Change, Matched, Parties, match
from contracts.diff.demands import WARNING, Demand, demands, described, implies, strength
from contracts.quality import Metric, Threshold
from contracts.rules import OneOf
from contracts.tables import BaseTable


def rule_changes(path: str, before: Column, after: Column) -> Iterator[Change]:
    """The changed rules of a column that both contracts take from the sources."""
    old, new = demands(before), demands(after)
    found = _matched(old, new)
    for demand in found.new:
        yield Change(path, f"rule {demand.rule} is new: {demand}", _breaks(demand, old))
    for demand in found.gone:
        yield Change(path, f"rule {demand.rule} is gone: {demand}")
    for was, is_now in found.both:
        if not _the_same(was, is_now):
            yield Change(path, f"rule {is_now.rule} {_became(is_now, old)}: {_told(was, is_now)}", _breaks(is_now, old))
        if was.rule != is_now.rule:
            yield Change(path, f"rule {was.rule} is called {is_now.rule} now")
    if any(demand.refuses_missing for demand in old) and not any(demand.refuses_missing for demand in new):
        yield Change(path, "was always present, may be missing", READERS)


def set_check_changes(path: str, before: BaseTable, after: BaseTable) -> Iterator[Change]:
    """The changed checks of a table, and of the loads that bring its rows."""
    found = match(before.set_checks, after.set_checks, name=lambda check: (check.label, check.metric))
    for check in found.new:
        breaks = NOBODY if _strength(check) == WARNING else SOURCES
        yield Change(path, f"check {check.label} is new: {_described(check)}", breaks)
    for check in found.gone:
        yield Change(path, f"check {check.label} is gone: {_described(check)}")
    for was, is_now in found.both:
        if was != is_now:
            looser = _strength(is_now) == WARNING or _allows_all_of(was, is_now)
            text = f"was {_described(was)}, is {_described(is_now)}"
            text = f"check {was.label} is {'looser' if looser else 'stricter'}: {text}"
            yield Change(path, text, NOBODY if looser else SOURCES)


def _is_implied(demand: Demand, old: Iterable[Demand]) -> bool:
    return any(one.implies(demand) for one in old)


def _breaks(demand: Demand, old: Iterable[Demand]) -> Parties:
    """Nobody if it refuses nothing, or nothing that was not refused before."""
    return NOBODY if demand.strength == WARNING or _is_implied(demand, old) else SOURCES


def _became(demand: Demand, old: Iterable[Demand]) -> str:
    if _is_implied(demand, old):
        return "is looser"
    return "has changed" if demand.strength == WARNING else "is stricter"


def _matched(old: Iterable[Demand], new: Iterable[Demand]) -> Matched[Demand]:
    """Demands that stand for each other before and after, the closest first."""
    gone, found, both = list(old), list(new), list[tuple[Demand, Demand]]()
    for alike in (eq, _the_same, _of_one_rule, _of_one_kind):
        for demand in list(found):
            partner = next((one for one in gone if alike(one, demand)), None)
            if partner:
                gone.remove(partner)
                found.remove(demand)
                both.append((partner, demand))
    return Matched(tuple(gone), tuple(both), tuple(found))


def _the_same(one: Demand, other: Demand) -> bool:
    return (one.check, one.stage, one.severity) == (other.check, other.stage, other.severity)


def _of_one_rule(one: Demand, other: Demand) -> bool:
    return one.rule == other.rule and _of_one_kind(one, other)


def _of_one_kind(one: Demand, other: Demand) -> bool:
    return type(one.check) is type(other.check)


def _told(was: Demand, is_now: Demand) -> str:
    match was.check, is_now.check:
        case OneOf(values=before), OneOf(values=after) if before != after:
            return "; ".join(
                filter(None, (_only("no longer takes", before, after), _only("also takes", after, before)))
            )
    return f"was {was}, is {is_now}"


def _only(what: str, values: Iterable[object], others: Iterable[object]) -> str:
    only = [str(value) for value in values if value not in others]
    return f"{what} {', '.join(only)}" if only else ""


def _strength(check: SetCheck) -> int:
    return strength(check.stage, check.severity)


def _described(check: SetCheck) -> str:
    unit = " percent" if check.percent else ""
    valid = [described(one) for one in check.checks if check.metric is Metric.INVALID_VALUES]
    counted = f"{check.metric} ({', '.join(valid)})" if valid else check.metric
    return f"{counted} {check.threshold}{unit} ({check.severity} at {check.stage})"


def _allows_all_of(was: SetCheck, is_now: SetCheck) -> bool:
    """Whether every set of rows that kept the first check keeps the second."""
    return (
        _strength(is_now) <= _strength(was)
        and (was.metric, was.percent) == (is_now.metric, is_now.percent)
        and all(any(implies(old, new) for old in was.checks) for new in is_now.checks)
        and _wider(was.threshold, is_now.threshold)
    )


def _wider(narrow: Threshold, wide: Threshold) -> bool:
    """Whether every count that the first threshold lets through the second does; neither changes between its values."""
    values = sorted({*narrow.values, *wide.values})
    between = [(low + high) / 2 for low, high in pairwise(values)]
    counts = [values[0] - 1, *values, *between, values[-1] + 1]
    return all(wide.holds(count) for count in counts if narrow.holds(count))
