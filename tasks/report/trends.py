"""How many rows a run had and how many broke which rule, beside the runs before it, and which of these jumped.

No history is kept for this: the runs before are those whose data-quality artifacts Prefect still has (docs/adr/0086).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from tasks.report.facts import RunFacts, Trend

ALL_ROWS = "all rows"
"""In the place of a rule: what the stage judged."""

MOST_RUNS = 30
LEAST_RUNS = 5
"""Fewer runs do not tell what is usual."""

_VOLUME_FACTOR = 3
_SHARE_FACTOR = 2
_DEVIATIONS = 4

RunRows = Mapping[tuple[str, str, str], int]
"""Rows of one run by stage, source and rule."""


def trends(facts: RunFacts, before: Sequence[RunRows]) -> tuple[Trend, ...]:
    """Every source's volumes and broken rules of this run, each compared with those of the runs before, newest first.

    A volume jumps when it is less than a third of the median or more than three times as much. A rule jumps when its
    share of the rows has more than doubled and chance, as rows that come one by one have it, does not explain that:
    more than four standard deviations, and four rows, above what is expected.
    """
    return tuple(_compared(trend, before) for trend in _counted(facts))


def _counted(facts: RunFacts) -> Iterator[Trend]:
    volumes, shapes = dict(_volumes(facts)), dict(_samples(facts))
    for (stage, source), rows in volumes.items():
        yield Trend(stage=stage, source=source, rule=ALL_ROWS, rows=rows, of=rows)
    for stage, source, rule, rows in sorted(facts.broken_rules()):
        of = max(rows, volumes.get((_judging(stage), source), 0))
        samples = shapes.get((stage, source), {}).get(rule, ())
        yield Trend(stage=stage, source=source, rule=rule, rows=rows, of=of, samples=samples)


def _volumes(facts: RunFacts) -> Iterator[tuple[tuple[str, str], int]]:
    """Rows that each stage judged, by stage and source, where there were any."""
    for source in facts.sources:
        if source.extracted:
            yield ("landing", source.name), source.extracted
    silver = facts.silver_report
    for name, rows in silver.run.items() if silver else ():
        if (judged := rows.judged) > 0:
            yield ("silver", name), judged


def _samples(facts: RunFacts) -> Iterator[tuple[tuple[str, str], Mapping[str, tuple[str, ...]]]]:
    """Shapes of values by the rule that they break, by stage and source."""
    for source in facts.sources:
        yield ("landing", source.name), source.samples
    silver = facts.silver_report
    for name, samples in silver.samples.items() if silver else ():
        yield ("silver", name), samples


def _judging(stage: str) -> str:
    """The stage whose volume a rule's rows are a part of: silver judges its warnings with its other rules."""
    return stage.removesuffix(" warning")


def _compared(trend: Trend, before: Sequence[RunRows]) -> Trend:
    volume_key = (_judging(trend.stage), trend.source, ALL_ROWS)
    runs = [run for run in before if run.get(volume_key)][:MOST_RUNS]
    if len(runs) < LEAST_RUNS:
        return trend
    volumes = [run[volume_key] for run in runs]
    if trend.rule == ALL_ROWS:
        usually = float(median(volumes))
        jumped = not usually / _VOLUME_FACTOR <= trend.rows <= usually * _VOLUME_FACTOR
    else:
        broken = sum(run.get((trend.stage, trend.source, trend.rule), 0) for run in runs)
        usually = trend.of * broken / sum(volumes)
        by_chance = usually + _DEVIATIONS * math.sqrt(usually) + _DEVIATIONS
        jumped = trend.rows > max(_SHARE_FACTOR * usually, by_chance)
    return trend.model_copy(update={"usually": round(usually, 1), "jumped": jumped})
