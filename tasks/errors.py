"""What can go wrong in a run, by who must act.

PipelineError
├── TransientError            it may be gone in a minute: tried again, and told when the tries are used up
│   ├── SourceUnavailable       the source does not answer, or not in time
│   │   └── ReadingStopped        it began to answer and stopped what took it too long: read in smaller windows
│   ├── StorageUnavailable      the storage account does not answer as it should
│   ├── ConcurrentLoad          other runs landed the same source first, again and again
│   ├── DatabricksUnavailable   the Jobs API does not answer as it should
│   └── JobBusy                 the dataset's job runs, and upkeep must not run beside it
├── MisconfiguredError        somebody must mend a setting, a permission or a deployment: never tried again
│   ├── AccessRefused           the source, the storage account or Databricks rejects the credentials
│   ├── PreflightFailed         something that every run needs is not there
│   └── JobNotDeployed          Databricks has no job for the dataset, or several
├── RefusedData               what the source delivers is not what the contract states
│   ├── StructureError          a table, page or file has not its shape
│   ├── LoadRefused             a load has too many bad rows, or does not keep a check of whole loads
│   └── FilesRefused            some of a folder's files were refused; the others were landed
├── BooksError                the books and what is durably there differ
│   └── LoadLost                a committed load can no longer be completed
├── ShardFailed               a shard of a load did not end well, though it was started again
└── JobOverdue                the job's run did not finish in time and was cancelled

No message holds a value of a row, a password, a key or a connection string. Landing is all or nothing for each
load, so that every one of these may be followed by simply running again.
"""

from __future__ import annotations


class PipelineError(Exception):
    """Any reason why a part of a run did not do its work."""


class TransientError(PipelineError):
    """Raised for what may pass by itself."""


class SourceUnavailable(TransientError):
    """Raised when a source cannot be reached or keeps failing until the deadline."""


class ReadingStopped(SourceUnavailable):
    """Raised when a source stops a reading that takes it too long; a smaller one may come through."""


class StorageUnavailable(TransientError):
    """Raised when the storage account fails, after the client's own retries."""


class ConcurrentLoad(TransientError):
    """Raised when another run committed a load of the same source while this one was under way."""


class DatabricksUnavailable(TransientError):
    """Raised when the Jobs API keeps failing until the deadline."""


class JobBusy(TransientError):
    """Raised when the dataset's job goes on at a time when it must not."""


class MisconfiguredError(PipelineError):
    """Raised when a setting, a permission or a deployment is not as it must be."""


class AccessRefused(MisconfiguredError):
    """Raised when credentials are missing, wrong or not sufficient."""


class PreflightFailed(MisconfiguredError):
    """Raised when a run cannot start: a line for each thing that is missing, with what to do."""


class JobNotDeployed(MisconfiguredError):
    """Raised when the workspace has no job of the dataset's name, or several."""


class RefusedData(PipelineError):
    """Raised when a source delivers what its contract does not allow."""


class StructureError(RefusedData):
    """Raised when a table, page or file lacks what the contract says it has, or cannot be read at all."""


class LoadRefused(RefusedData):
    """Raised when a load has more bad rows than the contract tolerates, or does not keep a check of whole loads.

    `broken_rules` counts the rows by rule label, `quarantine` names the blobs that hold them with the reasons.
    """

    def __init__(
        self, message: str, *, broken_rules: dict[str, int] | None = None, quarantine: tuple[str, ...] = ()
    ) -> None:
        """Keep what an operator needs for the diagnosis."""
        super().__init__(message)
        self.broken_rules = broken_rules or {}
        self.quarantine = quarantine


class FilesRefused(RefusedData):
    """Raised after all files were tried, when some were refused; `refusals` has the reason of each, by file name."""

    def __init__(self, message: str, *, refusals: dict[str, PipelineError] | None = None) -> None:
        """Keep the reasons by file, so that each can be shown and looked after on its own."""
        super().__init__(message)
        self.refusals = refusals or {}


class BooksError(PipelineError):
    """Raised when what is durably there is not what was committed."""


class LoadLost(BooksError):
    """Raised when a committed load's parts are gone from the storage account before they were published."""


class ShardFailed(PipelineError):
    """Raised when one of a load's shards failed as often as it is tried, or did not end; nothing is landed."""


class JobOverdue(PipelineError):
    """Raised when the job's run did not finish within its time and was cancelled."""
