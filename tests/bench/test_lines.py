"""Every line of the benchmark runs, on few rows: what it takes is not looked at, what it measured is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.contest import OURS
from tests.bench.lines.landing import DLT_JSON_LINES, DLT_PARQUET, DOWNLOAD, FLOOR, POLARS_CSV
from tests.bench.lines.landing_shards import FOUR, TWO
from tests.bench.lines.spark_job import COLD, COPY, MERGE, PLAIN, POLARS_DELTA, SAIL_PEER
from tests.bench.report import BenchReport, LineResult


def bench(folder: Path, line: str, rows: int) -> LineResult:
    output = folder / "bench.json"
    main(["--only", line, "--rows", str(rows), "--rounds", "1", "--output", str(output)])
    (result,) = BenchReport.model_validate_json(output.read_bytes()).lines
    return result


def measured_in_full(result: LineResult) -> list[str]:
    """Names of the contestants of whom everything is known."""
    figures = ("cpu_seconds", "peak_memory_mib", "bytes_read", "bytes_written")
    return [
        contestant.name
        for contestant in result.contestants
        if contestant.median.phases and all(getattr(contestant.median, name) is not None for name in figures)
    ]


@pytest.mark.services
def test_landing_files_is_measured_beside_polars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = bench(tmp_path, "landing-files", rows=2000)
    assert measured_in_full(result) == [OURS, POLARS_CSV], result.left_out
    assert [wish.met is not None for wish in result.wishes] == [True]
    assert POLARS_CSV in capsys.readouterr().out


@pytest.mark.chaos
@pytest.mark.services
def test_landing_from_an_api_is_measured_beside_a_bare_download(tmp_path: Path) -> None:
    result = bench(tmp_path, "landing-api", rows=2000)
    assert measured_in_full(result) == [OURS, DOWNLOAD], result.left_out


@pytest.mark.chaos
@pytest.mark.services
def test_landing_from_a_database_is_measured_beside_dlt_and_the_floor(tmp_path: Path) -> None:
    result = bench(tmp_path, "landing-database", rows=2000)
    assert measured_in_full(result) == [OURS, FLOOR, DLT_PARQUET, DLT_JSON_LINES], result.left_out


@pytest.mark.chaos
@pytest.mark.services
def test_landing_by_several_processes_is_measured_beside_one(tmp_path: Path) -> None:
    result = bench(tmp_path, "landing-shards", rows=8000)
    assert measured_in_full(result) == [OURS, TWO, FOUR]


@pytest.mark.chaos
@pytest.mark.services
def test_memory_of_landing_is_measured_at_two_sizes(tmp_path: Path) -> None:
    result = bench(tmp_path, "landing-memory", rows=2000)
    assert len(measured_in_full(result)) == 4
    assert [wish.met for wish in result.wishes].count(None) == 0


@pytest.mark.chaos
@pytest.mark.spark
def test_the_job_is_measured_beside_its_peers(tmp_path: Path) -> None:
    result = bench(tmp_path, "job", rows=3000)
    assert measured_in_full(result) == [OURS, PLAIN, COPY, POLARS_DELTA, SAIL_PEER], result.left_out


@pytest.mark.chaos
@pytest.mark.spark
def test_a_refresh_is_measured_with_the_bytes_that_it_writes(tmp_path: Path) -> None:
    result = bench(tmp_path, "refresh", rows=3000)
    written = {contestant.name: contestant.median.bytes_written or 0 for contestant in result.contestants}
    assert set(measured_in_full(result)) == {OURS, COLD, MERGE}, result.left_out
    assert 0 < written[MERGE] <= written[OURS]


@pytest.mark.chaos
@pytest.mark.end_to_end
def test_the_smallest_run_is_measured_by_the_tasks_of_its_job(tmp_path: Path) -> None:
    result = bench(tmp_path, "smallest", rows=300)
    (ours,) = result.contestants
    assert set(ours.median.phases) == {"flow", "job", "bronze", "silver", "gold"}
    assert ours.median.phases["job"] < ours.median.phases["flow"] < ours.median.seconds
