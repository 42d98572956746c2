"""CSV files that a generation drops into a folder: how its rows are cut into files, and how each is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from contracts.sources.source import BaseSource
from sandbox.generator.block import Block
from sandbox.generator.drop_places import DropPlace
from sandbox.generator.population import Population, SourceKind

_ROWS_LEAST, _ROWS_MOST = 40, 100_000
_DELIMITERS, _ENCODINGS = ";,", ("utf-8", "utf-8-sig", "cp1252")


@dataclass(frozen=True)
class CsvFile:
    """One CSV file of a generation: its name, number and rows; twelve in turn are written in twelve ways."""

    name: str
    number: int
    block: Block

    @property
    def way(self) -> int:
        """The way it is written: one further from file to file, and from generation to generation."""
        return self.number + self.block.generation

    @property
    def delimiter(self) -> str:
        """What separates its fields."""
        return _DELIMITERS[self.way % len(_DELIMITERS)]

    @property
    def encoding(self) -> str:
        """Its encoding, as the name of a Python codec."""
        return _ENCODINGS[self.way % len(_ENCODINGS)]

    @property
    def words(self) -> int:
        """Which of the source's words for true and false it uses."""
        return self.way // len(_DELIMITERS)


def file_blocks(population: Population, generation: int, usual_files: int) -> Iterator[Block]:
    """What a generation writes in files, a block a file: so many as usual, unless they would be tiny or huge."""
    length = population.sequence(SourceKind.FILES, generation).length
    if not length:
        return
    count = max(1, min(usual_files, length // _ROWS_LEAST), length // _ROWS_MOST)
    for number in range(count):
        start, stop = (length * edge // count for edge in (number, number + 1))
        yield Block(population, SourceKind.FILES, generation, start, stop)


def csv_bytes(rows: pl.DataFrame, file: CsvFile, source: BaseSource) -> bytes:
    """Rows of text as the file's bytes: header in the source's own names, Windows line ends, quotes where needed."""
    named = rows.rename({column: source.field(column) for column in rows.columns})
    return named.write_csv(separator=file.delimiter, line_terminator="\r\n").encode(file.encoding)


def drop(files: Iterable[CsvFile], place: DropPlace, content: Callable[[CsvFile], bytes]) -> None:
    """Drop files into the place, a generation's first one once more as a copy under another name.

    Each appears under its name only when it is complete. One that is there already is left alone: its name stands for
    its content, so an interrupted call is simply repeated.
    """
    place.prepare()
    for file in files:
        names = [file.name, f"copia-{file.name}"] if file.number == 0 else [file.name]
        missing = [name for name in names if not place.has(name)]
        written = content(file) if missing else b""
        for name in missing:
            place.drop(name, written)
