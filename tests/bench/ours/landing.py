"""What a flow run's task `land` does, with what it opens given by arguments and environment in place of blocks.

SOURCE_URL, API_KEY and AZURE_STORAGE_CONNECTION_STRING may be secrets, so they are no arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context

from contracts.folder import read_contracts
from contracts.lake_terms import Layer
from tasks.extract.chunks import Window
from tasks.extract.readers import Reader, open_reader
from tasks.land.ingest import ingest
from tasks.land.load import Landing
from tasks.land.raw_container import RawContainer
from tasks.land.shards import land_shard
from tests.bench.peers.phases import phase, tell


def main() -> None:
    """Land everything, or land it again as a backfill; status 1 if that is not as many rows as there are."""
    parser = argparse.ArgumentParser(prog="landing", description=__doc__)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--container", default=str(Layer.RAW))
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--backfill", action="store_true")
    parser.add_argument("--shards", type=int, default=1, help="processes that read a shard each")
    given = parser.parse_args()
    with phase("landing"):
        landed = land(given)
    if landed != given.rows:
        sys.exit(f"{landed} rows were extracted, and the source has {given.rows}")
    tell()


def land(given: argparse.Namespace) -> int:
    """Land the source; how many rows were extracted."""
    landing, reader = _opened(given)
    window = Window(since=datetime(1970, 1, 1, tzinfo=UTC)) if given.backfill else None
    loads = ingest(landing, reader, window, partial(_run_shards, given))
    return sum(load.manifest.rows.extracted for load in loads)


def _run_shards(given: argparse.Namespace, division_id: str, shards: int) -> None:
    """Each shard in a process that is started for it."""
    with ProcessPoolExecutor(shards, get_context("spawn")) as processes:
        list(processes.map(partial(_land_shard, given, division_id), range(1, shards + 1)))


def _land_shard(given: argparse.Namespace, division_id: str, number: int) -> None:
    landing, reader = _opened(given)
    land_shard(landing.raw, landing.contract, landing.source, reader, division_id, number)


def _opened(given: argparse.Namespace) -> tuple[Landing, Reader]:
    contract = read_contracts().dataset(given.dataset)
    source, storage = contract.source(given.source), os.environ["AZURE_STORAGE_CONNECTION_STRING"]
    if given.shards > 1:
        source = source.model_copy(update={"shards": given.shards})
    raw = RawContainer.connect(given.container, connection_string=storage, account_url=None)
    landing = Landing(contract=contract, source=source, raw=raw, run_id="bench", now=datetime.now(UTC))
    credentials = {"key": os.environ["API_KEY"]} if "API_KEY" in os.environ else {}
    return landing, open_reader(contract, source, os.environ["SOURCE_URL"], credentials)


if __name__ == "__main__":
    main()
