"""What `bench.json` holds; docs/performance.md explains every key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt

COMPARED = ("seconds", "work", "cpu_seconds", "peak_memory_mib", "bytes_written")
SESSION = "session"
"""The phase in which an engine starts, before it has done anything."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Measurement(_Strict):
    """One contestant's work once: wall-clock seconds, CPU seconds, memory and bytes, and the seconds of its phases.

    What was not measured is None: the parts of a sandbox, for instance, are processes that outlive the work.
    """

    seconds: NonNegativeFloat
    cpu_seconds: NonNegativeFloat | None = None
    peak_memory_mib: NonNegativeFloat | None = None
    bytes_read: NonNegativeInt | None = None
    bytes_scanned: NonNegativeInt | None = None
    bytes_written: NonNegativeInt | None = None
    phases: dict[str, NonNegativeFloat] = Field(default_factory=dict)

    def figure(self, name: str) -> float | None:
        """A measure by its key, a phase by its name, or `work`: all phases but the engine's start."""
        if name == "work":
            return sum(seconds for phase, seconds in self.phases.items() if phase != SESSION) or None
        return self.phases[name] if name in self.phases else getattr(self, name, None)

    @classmethod
    def median_of(cls, rounds: Sequence[Measurement]) -> Self:
        """The median of each figure by itself, of those rounds that have it."""
        names = [name for name in cls.model_fields if name != "phases"]
        phases = {phase: median(one.phases[phase] for one in rounds) for phase in rounds[0].phases}
        return cls(phases=phases, **{name: _median([getattr(one, name) for one in rounds]) for name in names})


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    whole = all(isinstance(value, int) for value in known)
    return None if not known else round(median(known), None if whole else 3)


class Contestant(_Strict):
    """Who did the work, in every round, and the median of the rounds."""

    name: str
    median: Measurement
    rounds: tuple[Measurement, ...] = Field(min_length=1)

    @classmethod
    def of(cls, name: str, rounds: Sequence[Measurement]) -> Self:
        """A contestant's rounds with their median."""
        return cls(name=name, median=Measurement.median_of(rounds), rounds=tuple(rounds))


class Wish(_Strict):
    """What is wanted of the line: in words, and the most that the figure may be; `met` is None where it is unknown."""

    wanted: str
    at_most: float
    measured: float | None
    met: bool | None


class LineResult(_Strict):
    """One line of the benchmark: ours is the first contestant, `ratios` are ours / the other's by name and measure."""

    name: str
    work: str
    rows: NonNegativeInt
    load_average: tuple[float, float]
    contestants: tuple[Contestant, ...] = Field(min_length=1)
    ratios: dict[str, dict[str, float]]
    wishes: tuple[Wish, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)


class Machine(_Strict):
    """What all of it ran on."""

    system: str
    processor: str
    cores: int
    memory_mib: int


class BenchReport(_Strict):
    """A sitting: the machine, the versions, and every line that was measured in it."""

    started_at: AwareDatetime
    finished_at: AwareDatetime
    machine: Machine
    versions: dict[str, str]
    lines: tuple[LineResult, ...]


def ratios(contestants: Sequence[Contestant]) -> dict[str, dict[str, float]]:
    """The first contestant's figures divided by each other one's, of the figures that both have."""
    ours, *others = contestants
    return {other.name: _divided(ours.median, other.median) for other in others}


def _divided(ours: Measurement, other: Measurement) -> dict[str, float]:
    pairs = {name: (ours.figure(name), other.figure(name)) for name in COMPARED}
    return {name: round(one / two, 3) for name, (one, two) in pairs.items() if one is not None and two}


def medians(contestants: Sequence[Contestant]) -> Mapping[str, Measurement]:
    """Each contestant's median by name."""
    return {contestant.name: contestant.median for contestant in contestants}
