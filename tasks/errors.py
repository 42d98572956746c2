"""What can go wrong between a source and Raw, by who must act.

IngestionError
├── SourceUnavailable    the source does not answer, or not in time: trying again later may heal it
├── AccessRefused        the source or the storage account rejects the credentials: somebody must mend them
├── StructureError       what the source delivers has not the shape that the contract states
├── LoadRefused          too many rows break a landing rule: nothing of the load was landed
├── ConcurrentLoad       another run landed the same source first: nothing of this load was landed
├── StorageUnavailable   the storage account does not answer as it should: trying again may heal it
├── LoadLost             a committed load can no longer be completed: an operator must act
└── FilesRefused         some of a folder's files were refused; the others were landed

No message holds a value of a row, a password, a key or a connection string. Landing is all or nothing for each
load, so that every one of these may be followed by simply running again.
"""

from __future__ import annotations


class IngestionError(Exception):
    """Any reason why a source was not ingested completely."""


class SourceUnavailable(IngestionError):
    """Raised when a source cannot be reached or keeps failing until the deadline."""


class AccessRefused(IngestionError):
    """Raised when credentials are missing, wrong or not sufficient."""


class StructureError(IngestionError):
    """Raised when a table, page or file lacks what the contract says it has, or cannot be read at all."""


class LoadRefused(IngestionError):
    """Raised when a load has more bad rows than the contract tolerates.

    `broken_rules` counts the rows by rule label, `quarantine` names the blobs that hold them with the reasons.
    """

    def __init__(
        self, message: str, *, broken_rules: dict[str, int] | None = None, quarantine: tuple[str, ...] = ()
    ) -> None:
        """Keep what an operator needs for the diagnosis."""
        super().__init__(message)
        self.broken_rules = broken_rules or {}
        self.quarantine = quarantine


class ConcurrentLoad(IngestionError):
    """Raised when another run committed a load of the same source while this one was under way."""


class StorageUnavailable(IngestionError):
    """Raised when the storage account fails, after the client's own retries."""


class LoadLost(IngestionError):
    """Raised when a committed load's parts are gone from the storage account before they were published."""


class FilesRefused(IngestionError):
    """Raised after all files were tried, when some were refused; `refusals` has the reason of each, by file name."""

    def __init__(self, message: str, *, refusals: dict[str, IngestionError] | None = None) -> None:
        """Keep the reasons by file, so that each can be shown and looked after on its own."""
        super().__init__(message)
        self.refusals = refusals or {}
