"""An ingestion in a process of its own: `python -m tests.tasks.landing_process`, with a `Lake` as JSON at its input."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.sources.api import ApiSource
from contracts.sources.kinds import Source
from tasks.land.ingest import LoadReport, ingest
from tasks.land.load import Landing
from tasks.land.raw_container import RawContainer
from tasks.source_readers import reader_of
from tests.packaged_contracts import PURCHASES

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PAGE_ROWS = 40
SMALL = {"tasks.land.parts.PART_BYTES": 20_000, "tasks.extract.database.rows.BATCH_BYTES": 8_000}
"""So that few rows are several parts, each of several batches."""


class Lake(BaseModel):
    """What a source lands in: the storage account and its container; and where the source is, what opens it."""

    model_config = ConfigDict(frozen=True)

    source: str
    url: str
    key: str
    storage: str
    container: str

    @property
    def raw(self) -> RawContainer:
        return RawContainer.connect(self.container, connection_string=self.storage, account_url=None)

    @property
    def declared(self) -> Source:
        """The source, an API with small pages."""
        source = PURCHASES.source(self.source)
        return source.model_copy(update={"page_rows": PAGE_ROWS}) if isinstance(source, ApiSource) else source


def land(lake: Lake) -> list[LoadReport]:
    """Land what is new at the source."""
    landing = Landing(contract=PURCHASES, source=lake.declared, raw=lake.raw, run_id="run", now=NOW)
    return ingest(landing, reader_of(PURCHASES, lake.declared, {"url": lake.url, "key": lake.key}, lambda: None))


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SMALL.items():
            patch.setattr(name, value)
        land(Lake.model_validate_json(sys.stdin.read()))
