"""The example of docs/sources.md is what it says: its table lands by its entry."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, from_source
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8").partition("## Databases")[2]


@pytest.fixture
def documented(tmp_path: Path) -> Contract:
    """The purchases' contract with the page's entry beside its own, with what the page says of deletions and shards."""
    content = document()
    (entry,), deletions, shards = map(yaml.safe_load, re.findall("```yaml\n(.*?)```", PAGE, re.DOTALL)[:3])
    entry["customProperties"] += deletions + shards
    content["servers"].append(entry)
    return read_contract(written(tmp_path, content))


def test_the_documented_table_lands_by_the_documented_entry(
    documented: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.run('DROP SCHEMA IF EXISTS "Till" CASCADE')
    for statement in re.findall("```sql\n(.*?)```", PAGE, re.DOTALL)[0].rstrip().removesuffix(";").split(";\n"):
        store.run(statement)
    ingest = from_source(documented, "till-database", store.url)

    report, snapshot = ingest(raw)

    assert report.manifest.rows == LoadRows(extracted=2, landed=2)
    rows = [json.loads(line) for line in raw.read(report.manifest.files[0].name).decode().splitlines()]
    assert [(row["customer_id"], row["total_amount"], row["updated_at"]) for row in rows] == [
        ("C1", "1234.50", "1769860800000"),
        ("C2", "99.90", "1769864400250"),
    ]
    assert str(report.manifest.read_so_far.watermark) == "2026-01-31 13:00:00.250000+00:00"
    assert (snapshot.manifest.rows, ingest(raw)) == (LoadRows(), [])
    store.run("""UPDATE "Till".sales SET total = 5, "changedAt" = 1769864400251 WHERE id = 1""")
    assert [report.manifest.rows for report in ingest(raw)] == [LoadRows(extracted=1, landed=1)]
    store.run('DELETE FROM "Till".sales WHERE id = 2')
    *_, gone = from_source(documented, "till-database", store.url, now=NOW + timedelta(days=1))(raw)
    assert (gone.manifest.rows, gone.manifest.deleted) == (LoadRows(extracted=1, landed=1), 1)
    (line,) = raw.read(gone.manifest.files[0].name).decode().splitlines()
    assert json.loads(line) | {"_deleted_at": ""} == {
        "customer_id": "C2",
        "purchase_date": "2026-01-31",
        "updated_at": None,
        "_deleted_at": "",
    }
