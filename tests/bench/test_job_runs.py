"""What a run of the job has written."""

from __future__ import annotations

from pathlib import Path

from tests.bench.job_runs import data_bytes


def test_bytes_are_those_of_tables_files_in_the_layers_asked_for_without_their_logs(tmp_path: Path) -> None:
    for name, size in {
        "silver/purchases/part-1.parquet": 5,
        "silver/purchases/.part-1.parquet.crc": 3,
        "silver/purchases/deletion_vector.bin": 7,
        "silver/purchases/_delta_log/0.json": 11,
        "silver/rejected/part-1.parquet": 13,
        "gold/sales/part-1.parquet": 17,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    assert data_bytes(tmp_path, ["silver"]) == 25
    assert data_bytes(tmp_path, ["bronze", "silver", "gold"]) == 42
