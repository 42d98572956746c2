"""Reads a file's lines in blocks, so that memory is bounded whatever its size; a line that cannot be read says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

BLOCK_BYTES = 8 * 1024 * 1024
"""How much of a file is read at a time; no line and no row can be longer."""

NO_TEXT = "it has bytes that are no text in the file's encoding"
TOO_LONG = f"its line is longer than {BLOCK_BYTES} bytes"


@dataclass(frozen=True)
class Lines:
    """Some lines without their line feeds, why each cannot be read (null: it can), and whether the file ends there."""

    texts: pl.Series
    faults: pl.Series
    is_last: bool

    @property
    def bytes(self) -> int:
        """How long they are together."""
        return int(self.texts.str.len_bytes().sum())

    def after(self, before: Lines | None) -> Lines:
        """These lines with others before them."""
        if before is None:
            return self
        return Lines(pl.concat([before.texts, self.texts]), pl.concat([before.faults, self.faults]), self.is_last)

    def without_first(self, count: int) -> Lines:
        """All but the first lines."""
        return Lines(self.texts.slice(count), self.faults.slice(count), self.is_last)

    def tail(self, count: int) -> Lines | None:
        """The last lines, None for no line."""
        return Lines(self.texts.tail(count), self.faults.tail(count), self.is_last) if count else None


def read_lines(path: Path, encoding: str, newline: str) -> Iterator[Lines]:
    r"""The file's lines, block by block; the last block says so.

    Bytes that are no text in the encoding are shown as `\\xe9`, and a line that is too long is not read.
    """
    end, rest, is_cut = newline.encode(), b"", False
    with path.open("rb") as file:
        for block, is_last in _blocks(file):
            data = block
            if is_cut:
                _, found, data = data.partition(end)
                is_cut = not found
            data = rest + data
            data, _, rest = (data, b"", b"") if is_last else data.rpartition(end)
            if data or is_last:
                yield _lines(data, encoding, end, is_last=is_last)
            if len(rest) > BLOCK_BYTES:
                yield Lines(pl.Series([f"({TOO_LONG})"]), pl.Series([TOO_LONG]), is_last=False)
                rest, is_cut = b"", True


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The file's blocks, and whether each is the last."""
    block = file.read(BLOCK_BYTES)
    while block:
        following = file.read(BLOCK_BYTES)
        yield block, not following
        block = following


def _lines(data: bytes, encoding: str, end: bytes, *, is_last: bool) -> Lines:
    try:
        texts = pl.Series([data.decode(encoding)]).str.split(end.decode()).explode()
    except UnicodeDecodeError:
        return _lines_one_by_one(data.split(end), encoding, is_last=is_last)
    return Lines(texts, pl.repeat(None, len(texts), dtype=pl.String, eager=True), is_last)


def _lines_one_by_one(lines: list[bytes], encoding: str, *, is_last: bool) -> Lines:
    texts: list[str] = []
    faults: list[str | None] = []
    for line in lines:
        try:
            texts.append(line.decode(encoding))
            faults.append(None)
        except UnicodeDecodeError:
            texts.append(line.decode(encoding, "backslashreplace"))
            faults.append(NO_TEXT)
    return Lines(pl.Series(texts, dtype=pl.String), pl.Series(faults, dtype=pl.String), is_last)
