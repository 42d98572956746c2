"""Branch files for tests: rows that keep every rule, and what differs from them, in any way a branch may write."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.extract.files.store import FetchedFile, SourceFile, shown_name

ROW = {
    "customer_id": "C1",
    "first_name": "Ana",
    "last_name": "Silva",
    "email": "ana@example.com",
    "purchase_date": "31/01/2026",
    "total_amount": "R$ 1.234,56",
    "product": "TV",
    "store_location": "São Paulo",
    "cpf": "529.982.247-25",
    "credit_card_number": "4111 1111 1111 1111",
    "updated_at": "01/02/2026 12:00:00",
}


def branch_file(
    path: Path,
    *rows: dict[str, str],
    columns: Sequence[str] = tuple(ROW),
    encoding: str = "utf-8",
    delimiter: str = ";",
    newline: str = "\n",
) -> Path:
    """Write a file of these rows, each with good values where it says nothing."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, lineterminator=newline, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return path


def content_of(*rows: dict[str, str]) -> bytes:
    """A file's bytes."""
    with TemporaryDirectory() as folder:
        return branch_file(Path(folder) / "a.csv", *rows).read_bytes()


def fetched(path: Path) -> FetchedFile:
    """The file as a store hands it out."""
    found = path.stat()
    described = SourceFile(name=shown_name(path.name), bytes=found.st_size, modified_ns=found.st_mtime_ns, sha256="")
    return FetchedFile(path, described)


def says(path: Path, *customers: str, at: int) -> Path:
    """Write the file as it is at a second: the same content at another second is another version of it."""
    branch_file(path, *({"customer_id": customer} for customer in customers))
    os.utime(path, (at, at))
    return path
