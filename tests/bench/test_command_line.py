"""What cannot be measured is refused before anything is, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from sandbox.home import REPOSITORY
from tests.bench.__main__ import LINES, main, parser
from tests.bench.contest import OURS, Contest, Line, Work
from tests.bench.processes import WorkFailed
from tests.bench.report import BenchReport, Measurement


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "landing"], "choose from"),
        (["--rows", "0"], "invalid positive value: '0'"),
        (["--rounds", "many"], "invalid positive value: 'many'"),
        (["--markdown", "nowhere.md"], "No such file"),
        (["--markdown", str(REPOSITORY / "README.md")], "has no place for the tables"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert told in capsys.readouterr().err


def test_a_failure_of_ours_leaves_what_was_measured_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def prepare(rows: int, work: Work) -> Iterator[Contest]:
        yield Contest(rows, {OURS: work})

    def failing(_: Path) -> Measurement:
        raise WorkFailed("no memory")

    works = {"good": lambda _: Measurement(seconds=1), "bad": failing}
    for name, work in works.items():
        monkeypatch.setitem(LINES, name, Line(name, "some work", partial(prepare, work=work)))
    output = tmp_path / "bench.json"
    with pytest.raises(SystemExit, match="bench: bad: no memory\n1 lines before it are in "):
        main(["--only", "good", "--only", "bad", "--output", str(output)])
    assert [line.name for line in BenchReport.model_validate_json(output.read_bytes()).lines] == ["good"]


def test_rows_and_output_are_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAMASTER_ROWS", "5000000")
    monkeypatch.setenv("BENCH_OUTPUT", "elsewhere.json")
    given = parser().parse_args([])
    assert (given.rows, given.output) == (5_000_000, Path("elsewhere.json"))


def test_help_lists_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert [name for name, line in LINES.items() if f"{name} " not in told or line.work not in told] == []
