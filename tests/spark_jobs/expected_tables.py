"""What every table of the purchases must hold, computed from the landed rows alone, in plain Python with decimals.

It knows the contract by heart, so that nothing of what it judges is computed by the code that it judges.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from contracts.job_report import TransformedRows
from tests.spark_jobs.lakehouse_runs import KEY
from tests.spark_jobs.landed_rows import Key, LandedRow, Row

TEXTS = ("customer_id", "first_name", "last_name", "purchase_date", "total_amount", "product", "store_location")


def expected_tables(rows: Sequence[LandedRow]) -> dict[str, list[Row]]:
    """The rows of the tables `bronze`, `silver`, `rejected`, `deleted` and `gold`, once all of these were taken in."""
    latest = _latest(row for row in rows if not row.broken_rules)
    silver = [_silver(row) for row in latest if not row.is_deletion]
    return {
        "bronze": [_bronze(row) for row in rows],
        "silver": silver,
        "rejected": [_rejected(row) for row in rows if row.broken_rules],
        "deleted": [_deleted(row) for row in latest if row.is_deletion],
        "gold": _gold(silver),
    }


def expected_books(rows: Sequence[LandedRow]) -> dict[str, TransformedRows]:
    """By source: of each term how many rows, once all of these were taken in."""
    terms: Counter[tuple[str, str]] = Counter()
    latest = _latest(row for row in rows if not row.broken_rules)
    for row in latest:
        terms[row.source, "deleted" if row.is_deletion else "silver"] += 1
    for row in rows:
        terms[row.source, "rejected" if row.broken_rules else "superseded"] += 1
    for row in latest:
        terms[row.source, "superseded"] -= 1
    names = ("silver", "rejected", "superseded", "deleted")
    return {source: TransformedRows(**{n: terms[source, n] for n in names}) for source in {r.source for r in rows}}


def _latest(rows: Iterable[LandedRow]) -> list[LandedRow]:
    latest: dict[Key, LandedRow] = {}
    for row in sorted(rows, key=lambda row: row.lateness):
        latest[row.key] = row
    return list(latest.values())


def _bronze(row: LandedRow) -> Row:
    return dict(row.values) | row.origin | {"_rescued_data": None}


def _masked(row: LandedRow) -> Row:
    email = row.values["email"]
    kept = f"{email[0]}***@{email.partition('@')[2]}" if email and "@" in email else email and "***"
    hashes = {"cpf_masked": row.values["cpf"], "credit_card_masked": row.values["credit_card_number"]}
    return {"email": kept} | {name: value and _hash(value) for name, value in hashes.items()}


def _hash(number: str) -> str:
    return hmac.digest(KEY, "".join(filter(str.isdigit, number)).encode(), "sha256").hex()


def _silver(row: LandedRow) -> Row:
    amount = Decimal(str(row.values["total_amount"]))
    typed = {
        "purchase_date": date.fromisoformat(str(row.values["purchase_date"])),
        "total_amount": float(amount),
        "updated_at": row.changed_at,
        "high_value_purchase": amount > 1000,
    }
    return {name: row.values[name] for name in TEXTS} | _masked(row) | row.origin | typed


def _rejected(row: LandedRow) -> Row:
    texts = {name: row.values.get(name) for name in (*TEXTS, "updated_at")}
    masked = dict.fromkeys(("email", "cpf_masked", "credit_card_masked")) if row.is_deletion else _masked(row)
    return texts | masked | row.origin | {"broken_rules": row.broken_rules}


def _deleted(row: LandedRow) -> Row:
    key = {"customer_id": row.values["customer_id"], "purchase_date": date.fromisoformat(str(row.key[1]))}
    return key | {"updated_at": row.changed_at} | row.origin


def _gold(silver: list[Row]) -> list[Row]:
    groups: dict[tuple[object, str], list[Row]] = {}
    for row in silver:
        groups.setdefault((row["store_location"], str(row["purchase_date"])[:7]), []).append(row)
    return [_sales(store, month, rows) for (store, month), rows in groups.items()]


def _sales(store: object, month: str, rows: list[Row]) -> Row:
    revenue = sum((Decimal(str(row["total_amount"])) for row in rows), Decimal())
    return {
        "store_location": store,
        "purchase_month": month,
        "total_purchases": len(rows),
        "total_revenue": float(revenue),
        "average_purchase_value": float(revenue) / len(rows),
        "high_value_purchases": sum(bool(row["high_value_purchase"]) for row in rows),
    }
