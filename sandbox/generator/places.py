"""Where the sandbox's own sources lie; one that is None is the user's own and is never written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.generator.drop_places import DropPlace


@dataclass(frozen=True, kw_only=True)
class Places:
    """The store database's URL, the customers API's SQLite file, and the places that CSV files are dropped into."""

    store_database_url: str | None = None
    api_database: Path | None = None
    branch_folder: DropPlace | None = None
    return_folder: DropPlace | None = None
