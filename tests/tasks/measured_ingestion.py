"""An ingestion of files in a process of its own, whose memory is measured from outside of the code that lands."""

from __future__ import annotations

import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from azure.storage.blob import ContainerClient

from tasks.land.raw_container import RawContainer
from tests.packaged_contracts import PURCHASES
from tests.tasks.ingestions import from_files

KIB = 1024


def peak_bytes_of_landing(folder: Path, storage: str, container: str) -> int:
    """Land the folder's files into that container; the most memory that the process ever held."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_land, folder, storage, container).result()


def _land(folder: Path, storage: str, container: str) -> int:
    with ContainerClient.from_connection_string(storage, container) as client:
        from_files(PURCHASES, folder)(RawContainer(client))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
