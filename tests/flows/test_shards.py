"""A run that reads a shard tells by the name of its error what the run that waits for it has to do about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.artifacts import Artifact

from flows.ingest import ingest

pytestmark = pytest.mark.services


def test_a_shard_s_run_fails_by_the_name_of_its_error_and_records_nothing(
    register: Callable[[str], None], connect: Callable[[str], Path]
) -> None:
    register("https://unused")
    connect("store-returns").write_text("postgresql://store@127.0.0.1:1/store")
    state = ingest("product-returns", "store-returns", division="none", shard=1, return_state=True)
    assert (
        state.message
        == "StorageUnavailable: cannot read _shards/product_returns/store-returns/none/division.json: 404 BlobNotFound"
    )
    assert Artifact.get("source-store-returns") is None
