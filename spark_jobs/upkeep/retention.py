"""How long files are kept that are of no current version: for whoever reads older versions, or their changes."""

from __future__ import annotations

from datetime import datetime

from spark_jobs.tables.lakehouse import DELETED_FILE_DAYS

MARGIN_HOURS = 24
"""Beyond the oldest change that a reader still needs: clocks of commits and of files may differ."""


def retention_hours(unread_since: int | None, now: datetime) -> int:
    """Hours that VACUUM keeps deleted files, and change files, for.

    A table that lags behind the one it is made from reads its changes when it goes on, so these outlive the usual
    retention.

    Args:
        unread_since: when (seconds since 1970) the oldest change was made that a reader has not taken in; None: there
            is none.
        now: the time, with a zone.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 31, tzinfo=UTC)
    >>> retention_hours(None, now), retention_hours(int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()), now)
    (336, 744)
    """
    usual = DELETED_FILE_DAYS * 24
    if unread_since is None:
        return usual
    return max(usual, int(now.timestamp() - unread_since) // 3600 + MARGIN_HOURS)
