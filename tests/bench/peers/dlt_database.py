"""A table of PostgreSQL to local files by dlt: `dlt_database.py FORMAT FOLDER TABLE`, the URL in DATABASE_URL."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dlt
from dlt.destinations import filesystem
from dlt.sources.sql_database import sql_table
from phases import phase, tell

file_format, folder, table = sys.argv[1:]
schema, _, name = table.rpartition(".")
url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://", 1)
with phase("landing"):
    resource = sql_table(credentials=url, table=name, schema=schema, backend="pyarrow", chunk_size=100_000)
    pipeline = dlt.pipeline(
        "bench",
        destination=filesystem(bucket_url=Path(folder, "landed").as_uri()),
        dataset_name="landed",
        pipelines_dir=f"{folder}/state",
    )
    pipeline.run(resource, loader_file_format=file_format).raise_on_failed_jobs()
tell()
