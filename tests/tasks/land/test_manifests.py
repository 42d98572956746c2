"""Manifests tell the newest load first, and what cannot be read is told instead of taken for no load."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.contract import Contract
from contracts.raw_layout import newest_first
from contracts.sources.kinds import Source
from tasks.errors import ConcurrentLoad, MisconfiguredError
from tasks.land.manifests import LoadRows, Manifest, RawFile, ReadSoFar, commit_manifest, latest_manifest, manifests
from tasks.land.raw_container import RawContainer

pytestmark = pytest.mark.services


@pytest.fixture
def source(contract: Contract) -> Source:
    return contract.source("store-database")


def _manifest(sequence: int, load_id: str = "load") -> Manifest:
    seen = RawFile(name="_seen/a.parquet", rows=0, bytes=0, sha256="")
    return Manifest(
        dataset="customer_purchases",
        source="store-database",
        sequence=sequence,
        load_id=load_id,
        run_id="run",
        committed_at=datetime(2026, 2, 1, tzinfo=UTC),
        seconds=1.5,
        read_so_far=ReadSoFar(seen=(seen,), watermark=datetime(2026, 1, 31, tzinfo=UTC)),
        rows=LoadRows(extracted=sequence, landed=sequence),
        totals=LoadRows(extracted=sequence, landed=sequence),
        quarantined_by_rule={},
        files=(),
        quarantine=(),
    )


def test_manifests_come_latest_first_as_they_were_committed(
    contract: Contract, source: Source, raw: RawContainer
) -> None:
    assert latest_manifest(raw, contract, source) is None
    for sequence in (1, 2, 10):
        commit_manifest(raw, contract, source, _manifest(sequence))
    assert list(manifests(raw, contract, source)) == [_manifest(10), _manifest(2), _manifest(1)]
    assert latest_manifest(raw, contract, source) == _manifest(10)


def test_a_number_is_taken_once_but_its_own_load_may_ask_again(
    contract: Contract, source: Source, raw: RawContainer
) -> None:
    commit_manifest(raw, contract, source, _manifest(1, "mine"))
    commit_manifest(raw, contract, source, _manifest(1, "mine"))
    with pytest.raises(ConcurrentLoad, match="another run landed load 1 of store-database first"):
        commit_manifest(raw, contract, source, _manifest(1, "other"))
    assert latest_manifest(raw, contract, source) == _manifest(1, "mine")


def test_sources_and_other_blobs_are_kept_apart(contract: Contract, source: Source, raw: RawContainer) -> None:
    commit_manifest(raw, contract, contract.source("customers-api"), _manifest(7))
    raw.create("_manifests/customer_purchases/store-database/notes.txt", b"by hand")
    assert latest_manifest(raw, contract, source) is None


@pytest.mark.parametrize(
    ("content", "fields"),
    [(b"{", ""), (_manifest(1).model_dump_json().replace("run_id", "runner").encode(), "run_id, runner")],
)
def test_a_manifest_of_another_version_is_not_taken_for_none(
    contract: Contract, source: Source, raw: RawContainer, content: bytes, fields: str
) -> None:
    raw.create(f"_manifests/customer_purchases/store-database/{newest_first(1)}.json", content)
    with pytest.raises(MisconfiguredError, match=rf"00000001\.json is no manifest of this version \({fields}\)"):
        latest_manifest(raw, contract, source)


def test_rows_add_up() -> None:
    assert LoadRows(extracted=3, landed=2, quarantined=1) + LoadRows(extracted=1, landed=1) == LoadRows(
        extracted=4, landed=3, quarantined=1
    )
