"""One dataset at the base and now: what changed, the verdict, and whether the contract's version says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contracts.contract import Contract
from contracts.diff.change import READERS, SOURCES, Change, Verdict, verdict_of
from contracts.diff.changes import contract_changes
from contracts.problems import ContractError
from contracts.reader import read_contract

SUFFIX = ".odcs.yaml"


@dataclass(frozen=True)
class Comparison:
    """A dataset's contract at the base and now; a version is None where there is no contract, or none to be read."""

    dataset: str
    version_before: str | None
    version_now: str | None
    changes: tuple[Change, ...]
    base: Path | None = None
    current: Path | None = None

    @property
    def verdict(self) -> Verdict:
        """What the changes come to."""
        return verdict_of(self.changes)

    @property
    def problem(self) -> str | None:
        """What is wrong with the version, None if it says what happened: a new dataset's may be any."""
        if self.base is None or self.verdict is Verdict.NONE:
            return None
        if self.current is None:
            return "no version can say that a dataset is gone: readers must be told another way"
        if self.verdict.is_breaking and not _is_new_major(self.version_before, self.version_now):
            return f"version {self.version_now} is no new major of {self.version_before}, and the change breaks"
        if self.version_now == self.version_before:
            return f"version is still {self.version_now}, and more than descriptions changed"
        return None

    def as_json(self) -> dict[str, Any]:
        """The verdict and its reasons for machines."""
        return {
            "dataset": self.dataset,
            "versions": [self.version_before, self.version_now],
            "verdict": self.verdict,
            "changes": [
                {"path": change.path, "text": change.text, "breaks": sorted(change.breaks)} for change in self.changes
            ],
            "problem": self.problem,
        }


def compare(base: Path, current: Path) -> Iterator[Comparison]:
    """Every dataset of the two folders, by the name of its file.

    Args:
        base: folder of the contracts as they were.
        current: folder of the contracts as they are.

    Raises:
        ContractError: a contract of today cannot be read.
    """
    old, new = _files(base), _files(current)
    for dataset in sorted(old.keys() | new.keys()):
        yield _compared(dataset, old.get(dataset), new.get(dataset))


def _files(folder: Path) -> dict[str, Path]:
    return {file.name.removesuffix(SUFFIX): file for file in folder.glob(f"*{SUFFIX}")}


def _compared(dataset: str, base: Path | None, current: Path | None) -> Comparison:
    now = read_contract(current) if current else None
    version = _version(base) if base else None
    found = _changes(base, now)
    return Comparison(dataset, version, now.version if now else None, found, base, current)


def _changes(base: Path | None, now: Contract | None) -> tuple[Change, ...]:
    if base is None:
        return (Change("(file)", "is new"),)
    if now is None:
        return (Change("(file)", "is gone", READERS),)
    try:
        before = read_contract(base)
    except ContractError as error:
        first, *others = error.problems
        more = f" (and {len(others)} more)" if others else ""
        text = f"cannot be compared: today's reader refuses the base's: {first.path}: {first.reason}{more}"
        return (Change("(file)", text, READERS | SOURCES),)
    return contract_changes(before, now)


def _version(file: Path) -> str | None:
    """What the file gives as its version, even if nothing else of it can be read."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    version = content.get("version") if isinstance(content, dict) else None
    return None if version is None else str(version)


def _is_new_major(before: str | None, now: str | None) -> bool:
    """Whether the major number grew; what is no semantic version has none."""
    old, new = (re.match(r"(\d+)\.\d+\.\d+", version or "") for version in (before, now))
    return old is not None and new is not None and int(new[1]) > int(old[1])
