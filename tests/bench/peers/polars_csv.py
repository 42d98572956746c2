"""A floor: read CSV files and write the same rows, each value as text, by polars: `polars_csv.py FOLDER TARGET`.

Only the delimiter is looked for, and bytes that are no UTF-8 become question marks.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from phases import phase, tell

folder, target = map(Path, sys.argv[1:])
with phase("landing"):
    for file in sorted(folder.glob("*.csv")):
        with file.open("rb") as content:
            delimiter = ";" if b";" in content.readline() else ","
        rows = pl.read_csv(file, separator=delimiter, infer_schema=False, encoding="utf8-lossy")
        rows.write_csv(target / file.name)
tell()
