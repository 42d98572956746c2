"""Puts a source's entry into a contract's file, behind its other sources; every other byte stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any

import yaml

from contracts.contract import Contract
from contracts.folder import read_contracts
from contracts.problems import ContractError, ContractProblem
from contracts.reader import read_contract
from sandbox.home import write_atomically

SERVERS = "servers"
LONGEST_LINE = 110
_CUSTOM = "customProperties"


def file_of(folder: Path, dataset: str) -> Path:
    """The file in the folder that is the dataset's contract; its name or slug is known to be there."""
    files = sorted(folder.glob("*.odcs.yaml"))
    return next(file for file in files if dataset in {(contract := read_contract(file)).name, contract.slug})


def changed_contract(file: Path, text: str) -> Contract:
    """The contract as it would be with that text in its file, which stays as it is.

    Raises:
        ContractError: it could not be used, by itself or beside the folder's other contracts.
    """
    with TemporaryDirectory(prefix="datamaster-") as folder:
        for other in file.parent.glob("*.odcs.yaml"):
            shutil.copy(other, folder)
        changed = Path(folder, file.name)
        changed.write_text(text, encoding="utf-8")
        try:
            return read_contracts(Path(folder)).dataset(read_contract(changed).name)
        except ContractError as error:
            raise ContractError((file, problem) for problem in error.problems) from None


def write_text(file: Path, text: str) -> None:
    """Put the text in place of the file's, at once."""
    write_atomically(file, text, mode=file.stat().st_mode & 0o777)


def with_entry(file: Path, entry: Mapping[str, Any]) -> str:
    """The file's text with the entry as the last one of its sources.

    Raises:
        ContractError: the sources do not stand in lines that begin with a dash.
    """
    text = file.read_text(encoding="utf-8")
    root = yaml.compose(text, yaml.SafeLoader)
    members = root.value if isinstance(root, yaml.MappingNode) else []
    found = [value for key, value in members if key.value == SERVERS]
    if not found or not isinstance(found[0], yaml.SequenceNode) or found[0].flow_style:
        raise ContractError([(file, ContractProblem(SERVERS, "must be a list whose entries begin with a dash"))])
    lines = text.splitlines(keepends=True)
    place = found[0].end_mark.line + (found[0].end_mark.column > 0)
    while not lines[place - 1].strip() or lines[place - 1].lstrip().startswith("#"):
        place -= 1
    lines[place - 1] = lines[place - 1].rstrip("\r\n") + "\n"
    new = indent(as_yaml(entry), " " * found[0].start_mark.column)
    return "".join([*lines[:place], "\n", new, *lines[place:]])


def as_yaml(entry: Mapping[str, Any]) -> str:
    """The entry as an element of `servers`: each custom property in a line, if it is not too long for one."""
    head = {word: value for word, value in entry.items() if word != _CUSTOM}
    text = _block(head) + f"{_CUSTOM}:\n"
    text += "".join(indent(_custom(custom), "  ") for custom in entry[_CUSTOM])
    return "- " + indent(text, "  ").removeprefix("  ")


def _custom(custom: Mapping[str, Any]) -> str:
    line = yaml.safe_dump(custom, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf"))
    if len(line) <= LONGEST_LINE:
        return f"- {line}"
    return "- " + indent(_block(custom), "  ").removeprefix("  ")


def _block(words: Mapping[str, Any]) -> str:
    text = yaml.safe_dump(
        dict(words), default_flow_style=False, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return str(text)
