"""A request to erase persons' rows, in Raw for as long as the run goes on that does so.

The values themselves are in no argument, parameter or log: those name a file, or the id of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from azure.storage.blob import BlobClient

from contracts.lake_terms import Layer
from contracts.raw_layout import erasure_request
from sandbox.errors import VariableError
from sandbox.lifecycle import Sandbox


def read_request(file: str) -> bytes:
    """What the file says, which may be `/dev/stdin`; whether it is a request, the job judges.

    Raises:
        VariableError: it cannot be read.
    """
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise VariableError(f"KEYS: the file cannot be read: {error.strerror}") from None


@contextmanager
def request_in_raw(sandbox: Sandbox, dataset: str, named: bytes | None) -> Iterator[dict[str, str]]:
    """Put the request into Raw and take it away again; the flow's parameter that names it, none without a request."""
    if named is None:
        yield {}
        return
    request = uuid4()
    blob = BlobClient.from_connection_string(
        sandbox.variables["AZURE_STORAGE_CONNECTION_STRING"],
        Layer.RAW,
        erasure_request(sandbox.contracts.dataset(dataset), request),
    )
    with blob:
        blob.upload_blob(named)
        try:
            yield {"erase": str(request)}
        finally:
            blob.delete_blob()
