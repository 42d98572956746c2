"""Rows as they were landed, and what is known of each beforehand: its key, how late it is, the rules that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.spark_jobs.raw_files import Landed

Row = dict[str, object]
Key = tuple[str | None, str | None]

DELETED_AT = "_deleted_at"
KEY_COLUMNS = ("customer_id", "purchase_date")
OLDEST = datetime.min.replace(tzinfo=UTC)

SPOILT: dict[tuple[str, str | None], tuple[str, ...]] = {
    ("customer_id", None): ("customer_id: required",),
    ("purchase_date", "1999-12-31"): ("purchase_date: date_plausible",),
    ("purchase_date", "2026-02-30"): ("purchase_date: type",),
    ("email", "nobody"): ("email: email_valid",),
    ("email", None): ("email: email_valid",),
    ("total_amount", "-0.01"): ("total_amount: amount_not_negative",),
    ("total_amount", "much"): ("total_amount: type",),
    ("store_location", "Natal"): ("store_location: store_known",),
    ("cpf", "1"): ("cpf: cpf_valid",),
    ("cpf", None): ("cpf: required", "cpf: cpf_valid"),
}
"""The values that tests spoil rows by, and the rules that each breaks: all others are as they should be."""


@dataclass(frozen=True)
class LandedRow:
    """A row as it was landed: its source, its raw file's URL, when and by which run it came into bronze."""

    source: str
    file: str
    ingested_at: datetime
    ingestion_id: str
    values: Landed

    @property
    def is_deletion(self) -> bool:
        return self.values.get(DELETED_AT) is not None

    @property
    def key(self) -> Key:
        return self.values["customer_id"], self.values["purchase_date"]

    @property
    def changed_at(self) -> datetime | None:
        text = self.values["updated_at"] or self.values.get(DELETED_AT)
        return datetime.fromisoformat(text) if text else None

    @property
    def broken_rules(self) -> tuple[str, ...]:
        """Of a deletion only the key is there that could break one."""
        columns = KEY_COLUMNS if self.is_deletion else tuple(self.values)
        return tuple(sorted(label for name in columns for label in SPOILT.get((name, self.values[name]), ())))

    @property
    def lateness(self) -> tuple[datetime, datetime, str, bool]:
        return self.changed_at or OLDEST, self.ingested_at, self.file, self.is_deletion

    @property
    def origin(self) -> Row:
        return {
            "source": self.source,
            "source_file_name": self.file,
            "ingestion_timestamp": self.ingested_at,
            "raw_ingestion_id": self.ingestion_id,
        }
