"""A floor: a query of PostgreSQL to JSON lines by ADBC and polars, no check of anything: `adbc_database.py FILE QUERY`.

The URL is in DATABASE_URL.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polars as pl
from adbc_driver_postgresql import dbapi
from phases import phase, tell

file, query = sys.argv[1:]
with phase("landing"), dbapi.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute(query)
    with Path(file).open("wb") as lines:
        for batch in cursor.fetch_record_batch():
            pl.DataFrame(batch).write_ndjson(lines)
tell()
