"""Reads pages of purchases from the API's SQLite file, in the order of their last change."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_BUSY_SECONDS = 30
_NOT_OURS = "cursor: not one that this API handed out; leave it away to start from the first page"
_PAGE = """
SELECT updated_at_microseconds, purchase_id, document FROM purchases
WHERE (updated_at_microseconds, purchase_id) > (?, ?) ORDER BY updated_at_microseconds, purchase_id LIMIT ?
"""


@dataclass(frozen=True, order=True)
class Position:
    """A place in the order of changes: after this purchase as it was changed at this time.

    A purchase that is corrected while a client pages moves to a later place, so it is handed out again, never left out.
    """

    updated_at_microseconds: int
    purchase_id: str

    def cursor(self) -> str:
        """The place as the opaque text that clients send back."""
        content = json.dumps([self.updated_at_microseconds, self.purchase_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def of_cursor(cls, cursor: str) -> Position:
        """The place that a cursor stands for.

        Raises:
            ValueError: the text is not a cursor of this API.
        """
        try:
            content = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError) as error:
            raise ValueError(_NOT_OURS) from error
        match content:
            case [int(microseconds), str(purchase_id)] if (
                not isinstance(microseconds, bool) and abs(microseconds) < 2**63
            ):
                return cls(microseconds, purchase_id)
            case _:
                raise ValueError(_NOT_OURS)


@dataclass(frozen=True)
class Page:
    """Purchases as JSON texts, and where the next page starts, None if there is none."""

    documents: list[str]
    following: Position | None


def read_page(file: Path, after: Position, limit: int) -> Page:
    """Up to `limit` purchases after a place.

    Raises:
        sqlite3.OperationalError: the file is not there or cannot be read.
    """
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
        rows = connection.execute(_PAGE, (after.updated_at_microseconds, after.purchase_id, limit + 1)).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page([row[2] for row in rows], Position(rows[-1][0], rows[-1][1]) if more else None)
