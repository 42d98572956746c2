"""Opens the lake's Raw container with the credentials that its block document holds."""

from __future__ import annotations

from typing import cast

from prefect_azure import AzureBlobStorageCredentials

from blocks.documents import LAKE_DOCUMENT
from contracts.model import Layer
from tasks.blob_storage import RawContainer


def open_raw() -> RawContainer:
    """The Raw container of the account in the `lake` block document."""
    credentials = cast(AzureBlobStorageCredentials, AzureBlobStorageCredentials.load(LAKE_DOCUMENT))
    secret = credentials.connection_string
    return RawContainer.connect(
        Layer.RAW,
        connection_string=secret.get_secret_value() if secret else None,
        account_url=credentials.account_url,
    )
