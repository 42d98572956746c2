"""Raw files as the ingestion flows land them, and rows of the standardized schema to put into them."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED, column_set_record, csv_columns, day_folder, rows_suffix
from contracts.sources.kinds import Source
from contracts.sources.source import RawFormat
from tasks.land.raw_container import RawContainer

Landed = dict[str, str | None]

LANDED = date(2026, 11, 25)

VALID: dict[str, Landed] = {
    "postgres": {
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
VALID["api"] = VALID["postgres"]
VALID["local"] = VALID["postgres"] | {
    "purchase_date": "31/01/2026",
    "total_amount": "R$ 1.234,56",
    "updated_at": "01/02/2026 09:00:00",
}


def landed_row(source: Source, **values: str | None) -> Landed:
    """A valid row as the source writes it, but for the given values."""
    return VALID[source.type] | values


def land(lake: Path, contract: Contract, source: Source, sequence: int, rows: list[Landed], part: int = 0) -> Path:
    """Write the rows as one raw file of a load."""
    names = csv_columns(contract, undeclared=any(UNDECLARED in row for row in rows))
    suffix = rows_suffix(source, names)
    name = f"{source.name}-{sequence:08d}-{part:05d}-0123456789abcdef.{suffix}"
    file = lake / "raw" / day_folder(contract, source, LANDED) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if source.raw_format is RawFormat.JSON:
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return file
    record, content = column_set_record(contract, source, names)
    (lake / "raw" / record).parent.mkdir(parents=True, exist_ok=True)
    (lake / "raw" / record).write_text(content, encoding="utf-8")
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def copy_raw(raw: RawContainer, lake: Path) -> None:
    """Have what landed in a container in the lake's folder, byte for byte."""
    for name in raw.names(""):
        file = lake / "raw" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw.read(name))
