"""What a flow run's task `land` does, with what it opens given by arguments and environment in place of blocks.

SOURCE_URL, API_KEY and AZURE_STORAGE_CONNECTION_STRING may be secrets, so they are no arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from contracts.folder import read_contracts
from contracts.lake_terms import Layer
from tasks.extract.chunks import Window
from tasks.extract.readers import open_reader
from tasks.land.ingest import ingest
from tasks.land.load import Landing
from tasks.land.raw_container import RawContainer
from tests.bench.peers.phases import phase, tell


def main() -> None:
    """Land everything, or land it again as a backfill; status 1 if that is not as many rows as there are."""
    parser = argparse.ArgumentParser(prog="landing", description=__doc__)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--container", default=str(Layer.RAW))
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--backfill", action="store_true")
    given = parser.parse_args()
    with phase("landing"):
        landed = land(given)
    if landed != given.rows:
        sys.exit(f"{landed} rows were extracted, and the source has {given.rows}")
    tell()


def land(given: argparse.Namespace) -> int:
    """Land the source; how many rows were extracted."""
    contract = read_contracts().dataset(given.dataset)
    source, storage = contract.source(given.source), os.environ["AZURE_STORAGE_CONNECTION_STRING"]
    raw = RawContainer.connect(given.container, connection_string=storage, account_url=None)
    landing = Landing(contract=contract, source=source, raw=raw, run_id="bench", now=datetime.now(UTC))
    credentials = {"key": os.environ["API_KEY"]} if "API_KEY" in os.environ else {}
    reader = open_reader(contract, source, os.environ["SOURCE_URL"], credentials)
    window = Window(since=datetime(1970, 1, 1, tzinfo=UTC)) if given.backfill else None
    return sum(load.manifest.rows.extracted for load in ingest(landing, reader, window))


if __name__ == "__main__":
    main()
