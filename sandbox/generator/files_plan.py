"""Which branch files a generation drops: their names, rows and the way each branch writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model import SourceKind
from sandbox.generator.block import Block
from sandbox.generator.population import Population

_ROWS_LEAST, _FILES_USUAL, _ROWS_MOST = 40, 12, 100_000
_REGIONS = ("norte", "nordeste", "centro-oeste", "sudeste", "sul")
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252")


@dataclass(frozen=True)
class BranchFile:
    """One CSV file: its rows, and the branch's delimiter and encoding (a Python codec's name)."""

    name: str
    block: Block
    delimiter: str
    encoding: str
    number: int


def branch_files(population: Population, generation: int) -> Iterator[BranchFile]:
    """The files of a generation, in the order they are dropped; their ways of writing take turns."""
    sequence = population.sequence(SourceKind.FILES, generation)
    if not sequence.length:
        return
    count = max(1, min(_FILES_USUAL, sequence.length // _ROWS_LEAST), sequence.length // _ROWS_MOST)
    for number in range(count):
        start, stop = (sequence.length * edge // count for edge in (number, number + 1))
        style = number + generation
        undated = style % 5 == 1 and stop <= sequence.new
        absent = frozenset({"updated_at"} if undated else ())
        block = Block(population, SourceKind.FILES, generation, start, stop, absent)
        encoding = _ENCODINGS[style % len(_ENCODINGS)]
        yield BranchFile(_name(generation, number), block, ";,"[style % 2], encoding, number)


def _name(generation: int, number: int) -> str:
    return f"vendas-{_REGIONS[number % len(_REGIONS)]}-{generation:04d}-{number:04d}.csv"
