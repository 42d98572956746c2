"""Writes frames as the raw files of a load: staged in parts of bounded size, under names derived from their content."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import polars as pl

from tasks.blob_storage import RawContainer
from tasks.manifests import RawFile

PART_BYTES = 32 * 1024 * 1024
"""A part is closed once it is at least this big."""


class PartWriter:
    """Stages a sequence of frames as parts, in JSON lines or RFC 4180 CSV (UTF-8, comma, a header in each part)."""

    def __init__(self, raw: RawContainer, prefix: str, suffix: str) -> None:
        """Parts will be called `<prefix>-<part:05d>-<first 16 hex digits of SHA-256>.<suffix>`."""
        self._raw = raw
        self._prefix = prefix
        self._suffix = suffix
        self._buffer = BytesIO()
        self._rows = 0
        self._files: list[RawFile] = []

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows; stages a part when it is big enough."""
        if frame.is_empty():
            return
        if self._suffix == "csv":
            frame.write_csv(self._buffer, include_header=self._rows == 0)
        else:
            frame.write_ndjson(self._buffer)
        self._rows += frame.height
        if self._buffer.tell() >= PART_BYTES:
            self._stage()

    def close(self) -> tuple[RawFile, ...]:
        """Stage what is left, and tell all parts in order."""
        if self._rows:
            self._stage()
        return tuple(self._files)

    def _stage(self) -> None:
        name = f"{self._prefix}-{len(self._files):05d}"
        self._files.append(stage_content(self._raw, name, self._suffix, self._buffer.getvalue(), rows=self._rows))
        self._buffer = BytesIO()
        self._rows = 0


def stage_content(raw: RawContainer, name: str, suffix: str, content: bytes, *, rows: int = 0) -> RawFile:
    """Stage a blob called `<name>-<first 16 hex digits of SHA-256>.<suffix>`."""
    digest = sha256(content).hexdigest()
    file = RawFile(name=f"{name}-{digest[:16]}.{suffix}", rows=rows, bytes=len(content), sha256=digest)
    raw.stage(file.name, content)
    return file
