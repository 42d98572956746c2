"""What a load leaves in Raw, and that a refused or beaten one leaves nothing there."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import polars as pl
import pytest

from contracts.contract import Contract
from tasks.errors import ConcurrentLoad, LoadRefused
from tasks.land.commit import land
from tasks.land.load import Landing
from tasks.land.manifests import LoadRows, Manifest, ReadSoFar, latest_manifest, manifests
from tasks.land.parts import stage_content
from tasks.land.publish import durable_rows
from tasks.land.raw_container import RawContainer
from tests.contract_changes import with_table
from tests.tasks.rows import chunk

pytestmark = pytest.mark.services

NOW = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)
_RUN: ContextVar[str] = ContextVar("run", default="no run")


@pytest.fixture
def landing(contract: Contract, raw: RawContainer) -> Landing:
    return Landing(contract=contract, source=contract.source("store-database"), raw=raw, run_id="run-1", now=NOW)


def _progress(landing: Landing) -> Callable[[str], ReadSoFar]:
    return lambda name: ReadSoFar(
        seen=(stage_content(landing.raw, f"_seen/{landing.path}/{name}", "parquet", b"seen"),)
    )


def _land(landing: Landing, *chunks: pl.DataFrame, previous: Manifest | None = None) -> Manifest:
    manifest = land(landing, previous, chunks, _progress(landing), even_if_empty=True)
    assert manifest
    return manifest


class _LogContexts(logging.Handler):
    """The log lines, each after the run in whose context it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{_RUN.get()}: {record.getMessage()}")


def test_log_lines_of_a_chunk_are_written_in_the_context_of_the_run(landing: Landing) -> None:
    logs, logger = _LogContexts(), logging.getLogger("tasks.land.load")
    logger.addHandler(logs)
    token, level = _RUN.set("this run"), logger.level
    logger.setLevel(logging.INFO)
    try:
        _land(landing, chunk(landing.contract, {"product": "TV"}), chunk(landing.contract, {"product": "Fogão"}))
    finally:
        logger.removeHandler(logs)
        logger.setLevel(level)
        _RUN.reset(token)
    assert logs.seen == [f"this run: store-database-00000001: {rows} rows extracted" for rows in (1, 2)]


def test_accepted_rows_become_json_lines_with_every_column(landing: Landing) -> None:
    manifest = _land(landing, chunk(landing.contract, {"product": 'TV "32"\n', "email": None}))
    (file,) = manifest.files
    content = landing.raw.read(file.name)
    assert content.count(b"\n") == 1
    assert json.loads(content) == {
        "customer_id": "C1",
        "first_name": None,
        "last_name": None,
        "email": None,
        "purchase_date": "2026-01-31",
        "total_amount": "1234.50",
        "product": 'TV "32"\n',
        "store_location": None,
        "cpf": "529.982.247-25",
        "credit_card_number": None,
        "updated_at": "2026-02-01T12:00:00Z",
    }


def test_files_are_named_after_load_day_number_part_and_content(landing: Landing) -> None:
    first = _land(landing, chunk(landing.contract, {}))
    second = _land(landing, chunk(landing.contract, *[{}] * 9, {"cpf": None}), previous=first)
    (file,), (bad,) = second.files, second.quarantine
    day = "customer_purchases/store-database/load_date=2026-02-01"
    assert file.name == f"{day}/store-database-00000002-00000-{file.sha256[:16]}.json"
    assert (
        bad.name
        == f"_quarantine/customer_purchases/store-database/store-database-00000002-00000-{bad.sha256[:16]}.json"
    )
    for blob in (file, bad):
        content = landing.raw.read(blob.name)
        assert (blob.sha256, blob.bytes) == (sha256(content).hexdigest(), len(content))


def test_branch_rows_become_csv_that_reads_back_as_it_was(contract: Contract, landing: Landing) -> None:
    files = contract.source("branch-files")
    branch = Landing(contract=contract, source=files, raw=landing.raw, run_id="run-1", now=NOW)
    brazilian = {"purchase_date": "31/01/2026", "total_amount": "R$ 1.234,56", "updated_at": None}
    rows = chunk(contract, brazilian | {"product": 'pão, "queijo"\r\nnovo'}, brazilian | {"product": "ação"})
    (file,) = _land(branch, rows[:1], rows[1:]).files
    assert file.name.endswith(".csv")
    content = landing.raw.read(file.name)
    assert content.startswith(",".join(contract.column_names).encode() + b"\n")
    read = pl.read_csv(content, infer_schema=False)
    assert read.equals(rows.select(contract.column_names))


def test_quarantined_rows_keep_values_reasons_and_where_they_came_from(landing: Landing) -> None:
    rows = chunk(landing.contract, *[{}] * 8, {"cpf": None, "customer_id": " "}, {"total_amount": "R$ 5"})
    manifest = _land(landing, rows)
    (file,) = manifest.quarantine
    bad = [json.loads(line) for line in landing.raw.read(file.name).splitlines()]
    assert [(row["customer_id"], row["_reasons"], row["_source_location"]) for row in bad] == [
        (" ", ["customer_id: required", "cpf: required"], "row 9"),
        ("C1", ["total_amount: type"], "row 10"),
    ]
    assert bad[0].keys() == {*landing.contract.column_names, "_reasons", "_source_location"}
    assert manifest.quarantined_by_rule == {"customer_id: required": 1, "cpf: required": 1, "total_amount: type": 1}
    assert manifest.rows == LoadRows(extracted=10, landed=8, quarantined=2)


def test_rows_are_counted_over_chunks_and_totals_over_loads(landing: Landing) -> None:
    first = _land(landing, chunk(landing.contract, *[{}] * 3), chunk(landing.contract, *[{}] * 2))
    second = _land(landing, chunk(landing.contract, *[{}] * 9, {"cpf": None}), previous=first)
    assert (first.rows, first.totals) == (LoadRows(extracted=5, landed=5), LoadRows(extracted=5, landed=5))
    assert second.totals == LoadRows(extracted=15, landed=14, quarantined=1)
    assert [load.sequence for load in manifests(landing.raw, landing.contract, landing.source)] == [2, 1]
    assert latest_manifest(landing.raw, landing.contract, landing.source) == second


def test_accounting_is_read_back_from_the_blobs_themselves(landing: Landing) -> None:
    manifest = _land(landing, chunk(landing.contract, *[{}] * 9, {"cpf": None}))
    assert durable_rows(landing.raw, manifest) == LoadRows(extracted=10, landed=9, quarantined=1)
    assert landing.raw.metadata(manifest.files[0].name) == {
        "rows": "9",
        "source": "store-database",
        "load_id": manifest.load_id,
    }


def test_a_big_load_is_landed_in_parts(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.land.parts.PART_BYTES", 4000)
    chunks = [chunk(landing.contract, *({"customer_id": f"C{n}-{m}"} for m in range(10))) for n in range(5)]
    manifest = _land(landing, *chunks)
    assert [file.name.split("-")[-2] for file in manifest.files] == ["00000", "00001", "00002"]
    landed = pl.concat(pl.read_ndjson(landing.raw.read(file.name)) for file in manifest.files)
    assert landed["customer_id"].to_list() == [f"C{n}-{m}" for n in range(5) for m in range(10)]
    assert [file.rows for file in manifest.files] == [20, 20, 10]


@pytest.mark.parametrize(("tolerated", "good", "bad"), [(0.2, 4, 1), (0.29, 71, 29), (0.57, 43, 57), (1.0, 0, 1)])
def test_a_load_with_as_many_bad_rows_as_tolerated_is_landed(
    landing: Landing, tolerated: float, good: int, bad: int
) -> None:
    tolerant = replace(landing, contract=with_table(landing.contract, max_landing_error_ratio=tolerated))
    assert _land(tolerant, chunk(landing.contract, *[{}] * good, *[{"cpf": None}] * bad)).rows.quarantined == bad


@pytest.mark.parametrize("bad", [1, 19])
def test_bad_rows_do_not_refuse_a_load_that_is_too_small_for_a_ratio(landing: Landing, bad: int) -> None:
    manifest = _land(landing, chunk(landing.contract, *[{"cpf": None}] * bad))
    assert durable_rows(landing.raw, manifest) == LoadRows(extracted=bad, quarantined=bad)


def test_no_rows_are_a_load_only_if_that_is_worth_recording(landing: Landing) -> None:
    assert land(landing, None, [], _progress(landing), even_if_empty=False) is None
    assert list(landing.raw.names("")) == []
    assert _land(landing).rows == LoadRows()
    assert list(landing.raw.names("_manifests")) == [
        "_manifests/customer_purchases/store-database/99999998-00000001.json"
    ]


def test_a_load_with_more_bad_rows_is_refused_as_a_whole_and_leaves_them_for_diagnosis(landing: Landing) -> None:
    good, bad = (
        chunk(landing.contract, *[{}] * 18),
        chunk(landing.contract, *[{"cpf": None}] * 4, {"cpf": "", "customer_id": ""}),
    )
    with pytest.raises(LoadRefused) as caught:
        _land(landing, good, bad)
    assert str(caught.value).startswith(
        "5 of 23 rows break landing rules (cpf: required 5, customer_id: required 1), more than the contract's 20%: "
        "nothing of this load was landed."
    )
    assert caught.value.broken_rules == {"cpf: required": 5, "customer_id: required": 1}
    (quarantine,) = caught.value.quarantine
    assert list(landing.raw.names("")) == [quarantine]
    assert len(landing.raw.read(quarantine).splitlines()) == 5
    assert landing.raw.metadata(quarantine) == {"rows": "5", "source": "store-database", "refused": "true"}


def test_a_refused_load_that_comes_again_is_refused_again_and_lands_once_it_is_mended(landing: Landing) -> None:
    bad = {"cpf": None}
    for _ in range(2):
        with pytest.raises(LoadRefused):
            _land(landing, chunk(landing.contract, *[{}] * 10, *[bad] * 10))
    manifest = _land(landing, chunk(landing.contract, *[{}] * 9, bad))
    assert durable_rows(landing.raw, manifest) == LoadRows(extracted=10, landed=9, quarantined=1)


def test_the_second_of_two_loads_of_one_number_lands_nothing(landing: Landing) -> None:
    first = _land(landing, chunk(landing.contract, {}))
    before = list(landing.raw.names(""))
    with pytest.raises(ConcurrentLoad, match="another run landed load 1 of store-database first"):
        _land(landing, chunk(landing.contract, {"customer_id": "C2"}))
    assert list(landing.raw.names("")) == before
    assert latest_manifest(landing.raw, landing.contract, landing.source) == first


def test_a_manifest_says_all_there_is_to_know(landing: Landing) -> None:
    manifest = _land(landing, chunk(landing.contract, {}))
    written = json.loads(landing.raw.read("_manifests/customer_purchases/store-database/99999998-00000001.json"))
    assert written == json.loads(manifest.model_dump_json())
    assert written["run_id"] == "run-1"
    assert written["committed_at"] == "2026-02-01T23:30:00Z"
    assert written["source"] == "store-database"
    assert written["seconds"] > 0
