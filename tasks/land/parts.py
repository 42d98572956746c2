"""Writes frames as the raw files of a load: staged in parts of bounded size, under names derived from their content."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from hashlib import sha256
from io import BytesIO

import polars as pl

from tasks.land.manifests import RawFile
from tasks.land.raw_container import RawContainer

PART_BYTES = 32 * 1024 * 1024
"""A part is closed once it is at least this big."""

PARTS_IN_FLIGHT = 2
"""So many parts of a writer are being uploaded while the next one is put together."""


class PartWriter:
    """Stages a sequence of frames as parts, in JSON lines or RFC 4180 CSV (UTF-8, comma, a header in each part)."""

    def __init__(self, raw: RawContainer, prefix: str, uploads: Executor) -> None:
        """Parts will be called `<prefix>-<part:05d>-<first 16 hex digits of SHA-256>.<suffix>`."""
        self._raw = raw
        self._prefix = prefix
        self._suffix = ""
        self._uploads = uploads
        self._in_flight: deque[Future[None]] = deque()
        self._buffer = BytesIO()
        self._rows = 0
        self._files: list[RawFile] = []

    def write(self, frame: pl.DataFrame, suffix: str) -> None:
        """Append the rows; stages a part when it is big enough, or when rows with another suffix follow."""
        if frame.is_empty():
            return
        if self._rows and suffix != self._suffix:
            self._stage()
        self._suffix = suffix
        if self._suffix.endswith("csv"):
            frame.write_csv(self._buffer, include_header=self._rows == 0)
        else:
            frame.write_ndjson(self._buffer)
        self._rows += frame.height
        if self._buffer.tell() >= PART_BYTES:
            self._stage()

    def close(self) -> tuple[RawFile, ...]:
        """Stage what is left, wait until all is there, and tell all parts in order."""
        if self._rows:
            self._stage()
        self._wait(in_flight=0)
        return tuple(self._files)

    def _stage(self) -> None:
        content = self._buffer.getvalue()
        file = describe_content(f"{self._prefix}-{len(self._files):05d}", self._suffix, content, rows=self._rows)
        self._files.append(file)
        self._buffer = BytesIO()
        self._rows = 0
        self._wait(in_flight=PARTS_IN_FLIGHT - 1)
        self._in_flight.append(self._uploads.submit(self._raw.stage, file.name, content))

    def _wait(self, *, in_flight: int) -> None:
        while len(self._in_flight) > in_flight:
            self._in_flight.popleft().result()


def describe_content(name: str, suffix: str, content: bytes, *, rows: int = 0) -> RawFile:
    """A blob called `<name>-<first 16 hex digits of SHA-256>.<suffix>`, yet to be staged."""
    digest = sha256(content).hexdigest()
    return RawFile(name=f"{name}-{digest[:16]}.{suffix}", rows=rows, bytes=len(content), sha256=digest)


def stage_content(raw: RawContainer, name: str, suffix: str, content: bytes) -> RawFile:
    """Stage a blob without rows under a name derived from its content."""
    file = describe_content(name, suffix, content)
    raw.stage(file.name, content)
    return file
