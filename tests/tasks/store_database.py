"""The store database as tests need it: the design's table, empty, and rows of it in one line."""

from __future__ import annotations

from dataclasses import dataclass

from adbc_driver_postgresql import dbapi

_TABLE = """
CREATE TABLE public.purchases (
    purchase_id bigint PRIMARY KEY, customer_id text, first_name text, last_name text, email text,
    purchase_date date, total_amount numeric(14,2), product text, store_location text, cpf text,
    credit_card_number text, updated_at timestamptz NOT NULL)
"""


@dataclass
class StoreDatabase:
    """A database with an empty `purchases` table."""

    url: str
    connection: dbapi.Connection

    def __post_init__(self) -> None:
        self.run("DROP TABLE IF EXISTS public.purchases CASCADE")
        self.run(_TABLE)

    def run(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def add(self, purchase_id: int, updated_at: str, /, **values: str) -> None:
        """Insert or correct a purchase that keeps every rule, except for `values`, which are SQL expressions."""
        columns = {
            "purchase_id": str(purchase_id),
            "customer_id": f"'C{purchase_id}'",
            "purchase_date": "'2026-01-31'",
            "total_amount": "1234.5",
            "cpf": "'529.982.247-25'",
            "updated_at": f"'{updated_at}'",
        } | values
        self.run(
            f"INSERT INTO purchases ({', '.join(columns)}) VALUES ({', '.join(columns.values())}) "
            f"ON CONFLICT (purchase_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"
        )
