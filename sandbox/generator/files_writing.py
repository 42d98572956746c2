"""Drops branch files as branches write them; each appears under its name only when it is complete."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl

from contracts.model import Contract
from sandbox.generator.files_plan import BranchFile, branch_files
from sandbox.generator.population import Population
from sandbox.generator.truth import block_truth


def drop_branch_files(generation: int, population: Population, contract: Contract, folder: Path) -> None:
    """Drop the files of one generation into the folder, the first of them once more under another name.

    A file that is there already is left alone: its name stands for its content, so an interrupted call is simply
    repeated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in branch_files(population, generation):
        names = [file.name, f"copia-{file.name}"] if file.number == 0 else [file.name]
        missing = [name for name in names if not (folder / name).exists()]
        content = file_content(file, contract) if missing else b""
        for name in missing:
            part = folder / f"{name}.part"
            part.write_bytes(content)
            part.rename(folder / name)


def file_content(file: BranchFile, contract: Contract) -> bytes:
    """A branch file's bytes: header in the branch's own column order, Windows line ends, quotes only where needed."""
    columns = [name for name in contract.column_names if name not in file.block.absent]
    Random(file.name).shuffle(columns)  # noqa: S311 - a column order is no secret
    text = _csv_text(block_truth(file.block, contract).select(columns), file.delimiter)
    return text.encode(file.encoding)


def _csv_text(frame: pl.DataFrame, delimiter: str) -> str:
    return frame.write_csv(separator=delimiter, line_terminator="\r\n")
