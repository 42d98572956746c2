"""A line's contest: who does the work, one after the other in each round, and what is wanted of the outcome."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.processes import WorkFailed
from tests.bench.report import Contestant, LineResult, Measurement, Wish, medians, ratios

OURS = "Data Master"


@dataclass(frozen=True)
class Figure:
    """A figure of a contestant: a measure, a phase, or `work` (`Measurement.figure`)."""

    contestant: str
    name: str = "seconds"


@dataclass(frozen=True)
class Wanted:
    """A wish: a figure, divided by another one if there is one, is at most so much."""

    wanted: str
    at_most: float
    figure: Figure
    against: Figure | None = None

    def judged(self, found: Mapping[str, Measurement]) -> Wish:
        """Whether the wish is met, unknown where somebody's figure is missing."""
        measured = _value(self.figure, found)
        if measured is not None and self.against:
            divisor = _value(self.against, found)
            measured = measured / divisor if divisor else None
        met = None if measured is None else measured <= self.at_most
        return Wish(wanted=self.wanted, at_most=self.at_most, measured=_rounded(measured), met=met)


def _value(figure: Figure, found: Mapping[str, Measurement]) -> float | None:
    return found[figure.contestant].figure(figure.name) if figure.contestant in found else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


Work = Callable[[Path], Measurement]
"""Does the work once; the folder is empty at the beginning of a round and shared by the round's contestants."""


@dataclass(frozen=True)
class Contest:
    """Contestants by name in the order of a round, with the number of rows that each works on.

    Names of what is ours begin with `OURS`, which alone is the one that others are compared with.
    """

    rows: int
    contestants: Mapping[str, Work]
    wishes: Sequence[Wanted] = ()


@dataclass(frozen=True)
class Line:
    """A line of the benchmark: `prepare` makes sources and servers for so many rows, and takes them away again.

    One that measures ours alone and takes long is held in fewer rounds: there is nobody to be paired with.
    """

    name: str
    work: str
    prepare: Callable[[int], AbstractContextManager[Contest]]
    most_rounds: int | None = None


def run_line(line: Line, rows: int, rounds: int, tell: Callable[[str], None]) -> LineResult:
    """Hold the line's contest and judge it.

    Raises:
        WorkFailed: our own work failed.
    """
    load_before = os.getloadavg()[0]
    tell(f"{line.name}: preparing {rows:,} rows")
    with line.prepare(rows) as contest:
        measured, left_out = _hold(
            contest, min(rounds, line.most_rounds or rounds), lambda what: tell(f"{line.name}: {what}")
        )
    contestants = [Contestant.of(name, found) for name, found in measured.items() if name not in left_out]
    contestants.sort(key=lambda contestant: contestant.name != OURS)
    return LineResult(
        name=line.name,
        work=line.work,
        rows=contest.rows,
        load_average=(round(load_before, 2), round(os.getloadavg()[0], 2)),
        contestants=tuple(contestants),
        ratios=ratios(contestants),
        wishes=tuple(wanted.judged(medians(contestants)) for wanted in contest.wishes),
        left_out=left_out,
    )


def _hold(
    contest: Contest, rounds: int, tell: Callable[[str], None]
) -> tuple[dict[str, list[Measurement]], dict[str, str]]:
    """Every contestant's measurements of all rounds (A B A B), so that what disturbs one of them disturbs all.

    A peer that fails is left out from then on, with its reason.
    """
    measured: dict[str, list[Measurement]] = defaultdict(list)
    left_out: dict[str, str] = {}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="datamaster-bench-", ignore_cleanup_errors=True) as folder:
            for name, work in contest.contestants.items():
                if name in left_out:
                    continue
                tell(f"round {number + 1} of {rounds}, {name}")
                try:
                    measured[name].append(work(Path(folder)))
                except WorkFailed as failure:
                    if name.startswith(OURS):
                        raise
                    left_out[name] = str(failure)
    return measured, left_out
