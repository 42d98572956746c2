"""Why a task of the job ends without having done its work, by who must act.

TransformationError
├── MisconfiguredError   a parameter, the hash key, the contract or a table is not as it must be: somebody must mend it
├── RefusedDataError     raw files cannot be read, or a table does not keep a check that the contract states of it
└── BooksError           the rows in a table are not those in its books

What may pass by itself (storage that does not answer, a commit that lost against another one's) is no class of ours:
Delta and the storage driver try again, and then the job does. No message holds a value of a row or a secret.
"""

from __future__ import annotations


class TransformationError(RuntimeError):
    """Any reason why a task did not do its work, with what to do."""


class MisconfiguredError(TransformationError):
    """Raised when parameters, environment, contract and tables do not fit together."""


class RefusedDataError(TransformationError):
    """Raised when rows cannot be taken in, or a check of a whole table fails."""


class BooksError(TransformationError):
    """Raised when the rows in a table are not those in its books: names the table and the terms."""
