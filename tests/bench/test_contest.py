"""Contestants take turns, and who cannot take part does not end the benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.contest import OURS, Contest, Figure, Line, Wanted, Work, run_line
from tests.bench.processes import WorkFailed
from tests.bench.report import LineResult, Measurement


def held(contestants: Mapping[str, Work], rounds: int = 2, **line: int) -> LineResult:
    @contextmanager
    def prepare(rows: int) -> Iterator[Contest]:
        yield Contest(rows, contestants, (Wanted("half", 0.5, Figure(OURS), Figure("peer")),))

    return run_line(Line("line", "some work", prepare, **line), 7, rounds, lambda _: None)


def takes(seconds: float, name: str, turns: list[str]) -> Work:
    def work(folder: Path) -> Measurement:
        turns.append(f"{folder.name} {name}")
        return Measurement(seconds=seconds)

    return work


def failing(_: Path) -> Measurement:
    raise WorkFailed("no such package")


def test_contestants_take_turns_in_a_folder_for_each_round() -> None:
    turns: list[str] = []
    result = held({"peer": takes(4, "peer", turns), OURS: takes(1, "ours", turns)})
    folders, names = zip(*(turn.split() for turn in turns), strict=True)
    assert names == ("peer", "ours", "peer", "ours")
    assert folders[0] == folders[1] != folders[2] == folders[3]
    assert [contestant.name for contestant in result.contestants] == [OURS, "peer"]
    assert result.ratios == {"peer": {"seconds": 0.25}}
    assert [wish.met for wish in result.wishes] == [True]


def test_a_line_without_peers_is_held_in_fewer_rounds() -> None:
    turns: list[str] = []
    assert len(held({OURS: takes(1, "ours", turns)}, rounds=5, most_rounds=1).contestants[0].rounds) == len(turns) == 1


def test_a_peer_that_fails_is_left_out_with_its_reason() -> None:
    result = held({OURS: takes(1, "ours", []), "peer": failing})
    assert [contestant.name for contestant in result.contestants] == [OURS]
    assert result.left_out == {"peer": "no such package"}
    assert [wish.met for wish in result.wishes] == [None]


def test_our_own_failure_ends_the_benchmark() -> None:
    with pytest.raises(WorkFailed, match="no such package"):
        held({f"{OURS}, cold": failing})
