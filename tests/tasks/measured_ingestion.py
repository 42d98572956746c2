"""An ingestion of files in a process of its own, whose memory is measured outside the code that lands."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from azure.storage.blob import ContainerClient

from tasks.land.raw_container import RawContainer
from tests.bench.process_tree import high_water_bytes
from tests.packaged_contracts import PURCHASES
from tests.tasks.ingestions import from_files


def peak_bytes_of_landing(folder: Path, storage: str, container: str) -> int:
    """Land the folder's files into that container; the most memory that the process ever held."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_land, folder, storage, container).result()


def _land(folder: Path, storage: str, container: str) -> int:
    with ContainerClient.from_connection_string(storage, container) as client:
        from_files(PURCHASES, folder)(RawContainer(client))
    return high_water_bytes(os.getpid())
