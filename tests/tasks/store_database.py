"""The store database as tests need it: the design's table, empty, and rows of it in one line."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adbc_driver_postgresql import dbapi

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource
from sandbox.home import SandboxHome
from sandbox.parts.postgres import postgres, store_database_url
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes

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


def database_source(contract: Contract, table: str = "public.purchases") -> DatabaseSource:
    """The contract's database, with the rows in that table."""
    source = contract.source("store-database")
    assert isinstance(source, DatabaseSource)
    return source.model_copy(update={"table": table})


@contextmanager
def databases_of_encodings(folder: Path, encodings: Sequence[str]) -> Iterator[dict[str, str]]:
    """URLs of empty databases by their encodings, in a cluster of their own, whose owner alone may make them."""
    processes = Processes(SandboxHome(folder), secrets.token_hex(8))
    port = ports_of(processes.home, ["postgres"], running=())["postgres"]
    service = postgres(processes.home, port, "planted-password")
    program, *data = service.command[:3]
    subprocess.run(
        [program, "--single", *data, "postgres"],
        input="".join(
            f"CREATE DATABASE {name} OWNER store TEMPLATE template0 ENCODING '{name}' LC_COLLATE 'C' LC_CTYPE 'C';\n"
            for name in encodings
        ),
        text=True,
        capture_output=True,
        check=True,
        user=service.user,
        group=service.user,
        extra_groups=None if service.user is None else [],
        cwd=service.folder,
    )
    processes.ensure(service)
    try:
        url = store_database_url(port, "planted-password")
        yield {name: url.removesuffix("store") + name.lower() for name in encodings}
    finally:
        processes.stop_all()
