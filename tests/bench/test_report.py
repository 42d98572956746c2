"""What `bench.json` says is derived from the rounds alone, and every key of it is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.bench.contest import OURS, Figure, Wanted
from tests.bench.report import BenchReport, Contestant, LineResult, Machine, Measurement, Wish, ratios

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def contestant(name: str, *seconds: float, **figures: float) -> Contestant:
    return Contestant.of(name, [Measurement(seconds=one, **figures) for one in seconds])


def test_the_median_of_rounds_is_taken_of_each_figure_by_itself() -> None:
    rounds = [
        Measurement(seconds=9, cpu_seconds=1, bytes_written=10, phases={"silver": 3}),
        Measurement(seconds=1, cpu_seconds=2, bytes_written=10, phases={"silver": 1}),
        Measurement(seconds=5, cpu_seconds=9, bytes_written=11, phases={"silver": 2}),
    ]
    expected = Measurement(seconds=5, cpu_seconds=2, bytes_written=10, phases={"silver": 2})
    assert Measurement.median_of(rounds) == expected


def test_ratios_are_ours_divided_by_each_other_one_s() -> None:
    ours, peer = contestant(OURS, 4, peak_memory_mib=300), contestant("peer", 8, peak_memory_mib=200, bytes_written=1)
    assert ratios([ours, peer]) == {"peer": {"seconds": 0.5, "peak_memory_mib": 1.5}}


def test_work_is_every_phase_but_the_engine_s_start() -> None:
    assert Measurement(seconds=9, phases={"session": 4, "bronze": 1, "gold": 2}).figure("work") == 3
    assert Measurement(seconds=9, phases={"session": 4}).figure("work") is None


@pytest.mark.parametrize(("seconds", "measured", "met"), [(1, 0.5, True), (2, 1.0, True), (3, 1.5, False)])
def test_a_wish_is_met_up_to_its_limit(seconds: float, measured: float, met: bool) -> None:
    wanted = Wanted("no slower", 1, Figure(OURS), Figure("peer"))
    judged = wanted.judged({OURS: Measurement(seconds=seconds), "peer": Measurement(seconds=2)})
    assert judged == Wish(wanted="no slower", at_most=1, measured=measured, met=met)


def test_a_wish_without_a_peer_that_was_measured_is_neither_met_nor_missed() -> None:
    judged = Wanted("no slower", 1, Figure(OURS), Figure("peer")).judged({OURS: Measurement(seconds=1)})
    assert (judged.measured, judged.met) == (None, None)


@pytest.mark.parametrize("model", [BenchReport, Machine, LineResult, Contestant, Measurement, Wish])
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    explained = PAGE.read_text(encoding="utf-8")
    assert [name for name in model.model_fields if f"`{name}`" not in explained] == []
