"""The tables for people, and their place in a page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bench.report import BenchReport, Contestant, LineResult, Machine, Measurement, Wish
from tests.bench.table import BEGIN, END, tables, write_into

OURS = Measurement(seconds=10, cpu_seconds=12.34, peak_memory_mib=511.6, bytes_written=2_500_000, phases={"silver": 7})
LINE = LineResult(
    name="job",
    work="the job",
    rows=1_000_000,
    load_average=(0.1, 2),
    contestants=(Contestant.of("ours", [OURS]), Contestant.of("peer", [Measurement(seconds=1234.5)])),
    ratios={"peer": {"seconds": 0.008}},
    wishes=(Wish(wanted="half", at_most=0.5, measured=0.7, met=False),),
    left_out={"other": "no such package"},
)
REPORT = BenchReport(
    started_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
    finished_at=datetime(2026, 1, 31, 11, tzinfo=UTC),
    machine=Machine(system="Linux", processor="some processor", cores=2, memory_mib=24_064),
    versions={"python": "3.11.2"},
    lines=(LINE,),
)


def test_each_contestant_has_a_row_and_each_wish_a_verdict() -> None:
    told = [[cell.strip() for cell in row.strip("|").split("|")] for row in tables(REPORT).splitlines()]
    assert ["job", "1,000,000", "ours", "10.0", "12.3", "512", "2.5", "silver 7.0", "", ""] in told
    assert ["", "", "peer", "1,234.5", "", "", "", "", "0.01", ""] in told
    assert ["job", "half", "0.5", "0.700", "**missed**"] in told
    assert ["- job: other was left out."] in told


def test_tables_take_the_place_of_older_ones_in_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nolder\n{END}\nafter\n", encoding="utf-8")
    write_into(page, REPORT)
    written = page.read_text(encoding="utf-8")
    assert written == f"before\n{BEGIN}\n{tables(REPORT)}{END}\nafter\n"


def test_a_page_without_a_place_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the tables"):
        write_into(page, REPORT)
