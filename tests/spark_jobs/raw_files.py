"""Raw files as the ingestion flows land them, and rows of the standardized schema to put into them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from contracts.model import Contract, Source, SourceKind

Landed = dict[str, str | None]

VALID: dict[SourceKind, Landed] = {
    SourceKind.DATABASE: {
        "customer_id": "C1",
        "first_name": "Ana",
        "last_name": "Souza",
        "email": "ana@example.com",
        "purchase_date": "2026-01-31",
        "total_amount": "1234.56",
        "product": "Notebook",
        "store_location": "Recife",
        "cpf": "529.982.247-25",
        "credit_card_number": "4111111111111111",
        "updated_at": "2026-02-01T12:00:00Z",
    },
}
VALID[SourceKind.API] = VALID[SourceKind.DATABASE]
VALID[SourceKind.FILES] = VALID[SourceKind.DATABASE] | {
    "purchase_date": "31/01/2026",
    "total_amount": "R$ 1.234,56",
    "updated_at": "01/02/2026 09:00:00",
}


def landed_row(source: Source, **values: str | None) -> Landed:
    """A valid row as the source writes it, but for the given values."""
    return VALID[source.kind] | values


def land(lake: Path, contract: Contract, source: Source, sequence: int, rows: list[Landed], part: int = 0) -> Path:
    """Write the rows as one raw file of a load."""
    name = f"{source.name}-{sequence:08d}-{part:05d}-0123456789abcdef.{source.raw_suffix}"
    file = lake / "raw" / contract.name / source.name / "load_date=2026-11-25" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if source.raw_suffix == "json":
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return file
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, contract.column_names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file
