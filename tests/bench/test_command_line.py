"""What cannot be measured is refused before anything is, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.home import REPOSITORY
from tests.bench.__main__ import LINES, main, parser


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
