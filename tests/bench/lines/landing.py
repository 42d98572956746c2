"""Landing one source, validated, in a storage account through its Blob API, against other ways to the same rows.

Ours is the step of a flow run without Prefect around it. What the servers use (PostgreSQL, Azurite, the API) counts for
nobody; peers write to a local folder.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.sources.database import DatabaseSource
from contracts.sources.source import BaseSource
from sandbox.generator.customer_purchases.api_database import bring_api_database_to
from sandbox.generator.customer_purchases.growth import bring_store_database_to
from sandbox.generator.population import SourceKind
from tests.bench.contest import OURS, Contest, Figure, Line, Wanted
from tests.bench.peer_environments import DLT, POLARS, pinned, run_peer
from tests.bench.processes import measure
from tests.bench.purchases import API, CONTRACT, DATABASE, FILES, population, write_csv_files
from tests.bench.report import Measurement
from tests.bench.servers import bytes_in, container, servers

DLT_PARQUET, DLT_JSON_LINES = (f"dlt {pinned(DLT, 'dlt')} to {what}" for what in ("Parquet", "JSON lines"))
FLOOR, DOWNLOAD, POLARS_CSV = "ADBC → polars → JSON lines", "bare download", "polars reading and writing"


@dataclass(frozen=True)
class Landing:
    """A source to land with a number of rows, where it is and what opens it, and the account to land in."""

    source: BaseSource
    rows: int
    url: str
    storage: str
    secrets: Mapping[str, str]

    def land(self, folder: Path, *, backfill: bool = False, shards: int = 1) -> Measurement:
        """Land it in the folder's container, which is made if it is not there, with so many processes."""
        with container(self.storage, folder) as client:
            if not client.exists():
                client.create_container()
            before = bytes_in(client)
            arguments = ["--dataset", CONTRACT.name, "--source", self.source.name, "--rows", str(self.rows)]
            arguments += ["--container", client.container_name, *(["--backfill"] if backfill else [])]
            arguments += ["--shards", str(shards)]
            variables = {"SOURCE_URL": self.url, "AZURE_STORAGE_CONNECTION_STRING": self.storage, **self.secrets}
            done = measure([sys.executable, "-m", "tests.bench.ours.landing", *arguments], variables)
            return done.model_copy(update={"bytes_written": bytes_in(client) - before})


def peer(
    folder: Path, lock: str, script: str, arguments: list[str | Path], variables: Mapping[str, str] | None = None
) -> Measurement:
    """Run a peer's script that writes below a folder of its own."""
    done = run_peer(lock, script, arguments, variables)
    count = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return done.model_copy(update={"bytes_written": count})


@contextmanager
def stored_purchases(rows: int) -> Iterator[Landing]:
    """A store database with so many purchases, and an account."""
    with servers() as running:
        url, purchases = running.database(), population(rows)
        bring_store_database_to(0, purchases, CONTRACT, url)
        found = purchases.sequence(SourceKind.DATABASE, 0).new
        yield Landing(DATABASE, found, url, running.storage(), {})


@contextmanager
def _database(rows: int) -> Iterator[Contest]:
    with stored_purchases(rows) as landing:
        assert isinstance(DATABASE, DatabaseSource)
        table, variables = DATABASE.table, {"DATABASE_URL": landing.url, "RUNTIME__DLTHUB_TELEMETRY": "false"}
        fields = [DATABASE.field(column) for column in CONTRACT.column_names]
        query = f"SELECT {', '.join(f'{field}::text' for field in fields)} FROM {table}"

        def dlt(folder: Path, file_format: str) -> Measurement:
            into = folder / f"dlt-{file_format}"
            return peer(into / "landed", DLT, "dlt_database.py", [file_format, into, table], variables)

        def floor(folder: Path) -> Measurement:
            into = folder / "floor"
            into.mkdir()
            return peer(into, POLARS, "adbc_database.py", [into / "rows.jsonl", query], variables)

        contestants = {
            OURS: landing.land,
            FLOOR: floor,
            DLT_PARQUET: lambda folder: dlt(folder, "parquet"),
            DLT_JSON_LINES: lambda folder: dlt(folder, "jsonl"),
        }
        wishes = (
            Wanted(
                "at least 0.5 of the floor: at most 2 × its time", 2, Figure(OURS, "landing"), Figure(FLOOR, "landing")
            ),
            Wanted(
                "10 × dlt: at most 0.1 × its time to JSON lines",
                0.1,
                Figure(OURS, "landing"),
                Figure(DLT_JSON_LINES, "landing"),
            ),
        )
        yield Contest(landing.rows, contestants, wishes)


@contextmanager
def _api(rows: int) -> Iterator[Contest]:
    with servers() as running:
        purchases, database = population(rows), running.processes.home.customers_api_database
        bring_api_database_to(0, purchases, CONTRACT, database)
        found, key = purchases.sequence(SourceKind.API, 0).new, {"API_KEY": running.password}
        landing = Landing(API, found, running.customers_api(database), running.storage(), key)

        def download(folder: Path) -> Measurement:
            pages = f"{landing.url}/v1/purchases"
            return peer(folder / "nothing", POLARS, "download_pages.py", [pages], key)

        wish = Wanted(
            "at least 0.8 of the bare download: at most 1.25 × its time",
            1.25,
            Figure(OURS, "landing"),
            Figure(DOWNLOAD, "landing"),
        )
        yield Contest(found, {OURS: landing.land, DOWNLOAD: download}, (wish,))


@contextmanager
def _files(rows: int) -> Iterator[Contest]:
    with servers() as running, tempfile.TemporaryDirectory(prefix="datamaster-bench-") as made:
        dropped = write_csv_files(population(rows), Path(made))
        landing = Landing(FILES, dropped, Path(made).as_uri(), running.storage(), {})

        def polars(folder: Path) -> Measurement:
            into = folder / "polars"
            into.mkdir()
            return peer(into, POLARS, "polars_csv.py", [made, into])

        wish = Wanted(
            "at least 0.5 of polars: at most 2 × its time", 2, Figure(OURS, "landing"), Figure(POLARS_CSV, "landing")
        )
        yield Contest(dropped, {OURS: landing.land, POLARS_CSV: polars}, (wish,))


LINES = (
    Line("landing-database", "landing purchases from PostgreSQL, validated, through the Blob API", _database),
    Line("landing-api", "landing purchases from the API, page by page, validated, through the Blob API", _api),
    Line("landing-files", "landing branches' CSV files, validated, through the Blob API", _files),
)
