"""The contracts of a folder: every `*.odcs.yaml` is a dataset, and together they say what is true of the lake."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from contracts.contract import Contract
from contracts.lake_terms import LakeTerms
from contracts.problems import ContractError, ContractProblem
from contracts.reader import read_contract

FOLDER_VARIABLE = "DATAMASTER_CONTRACTS"
PACKAGED_CONTRACTS = Path(__file__).parent
_LAKE_WORDS = {
    "roles": "roles",
    "timezone": "slaProperties: timezone",
    "raw_days": "slaProperties: retention of element raw",
    "raw_cool_after_days": "slaProperties: timeToCoolTier of element raw",
}
_OPTIONAL = ("raw_cool_after_days",)


class Contracts(BaseModel):
    """Every dataset of a folder, in the order of their names, and what their contracts say of the lake."""

    model_config = ConfigDict(frozen=True)

    datasets: tuple[Contract, ...]
    lake: LakeTerms

    def dataset(self, name: str) -> Contract:
        """The contract of the dataset of that name or slug.

        Raises:
            UnknownDataset: the folder has none of that name; the text names those it has.
        """
        for contract in self.datasets:
            if name in {contract.name, contract.slug}:
                return contract
        raise UnknownDataset(name, [contract.slug for contract in self.datasets])


class UnknownDataset(ValueError):
    """Raised when a dataset is asked for that no contract describes."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name those that there are."""
        super().__init__(f"no contract describes a dataset {name}: there are {', '.join(known)}")


def contracts_folder() -> Path:
    """The folder that `DATAMASTER_CONTRACTS` names, else this package's own."""
    return Path(os.environ.get(FOLDER_VARIABLE) or PACKAGED_CONTRACTS)


def read_contracts(folder: Path | None = None) -> Contracts:
    """The contracts of the folder, by default of `contracts_folder`.

    Raises:
        ContractError: a file cannot be used, files contradict each other, or none says what the lake needs.
    """
    folder = folder or contracts_folder()
    files = sorted(folder.glob("*.odcs.yaml"))
    if not files:
        reason = "holds no *.odcs.yaml" if folder.is_dir() else "is no folder"
        raise ContractError([(folder, ContractProblem("(folder)", reason))])
    contracts: dict[Path, Contract] = {}
    problems: list[tuple[Path, ContractProblem]] = []
    for file in files:
        try:
            contracts[file] = read_contract(file)
        except ContractError as error:
            problems += [(file, problem) for problem in error.problems]
    problems += [*_taken_twice(contracts), *_disagreements(contracts, folder)] if not problems else []
    if problems:
        raise ContractError(problems)
    datasets = sorted(contracts.values(), key=lambda contract: contract.name)
    stated = [contract.lake_terms for contract in datasets]
    known = {word: value for word in _LAKE_WORDS for terms in stated if (value := getattr(terms, word))}
    return Contracts(datasets=tuple(datasets), lake=LakeTerms(**known))


def _taken_twice(contracts: dict[Path, Contract]) -> Iterator[tuple[Path, ContractProblem]]:
    """Names that two contracts give: tables lie beside each other, and sources share Prefect's names."""
    first: dict[tuple[str, str], Path] = {}
    for file, contract in contracts.items():
        names = [("dataset", "name", contract.slug)]
        names += [("source", f"servers[{i}].server", source.name) for i, source in enumerate(contract.sources)]
        names += [("gold table", f"schema: {table.name}", table.name) for table in contract.gold_tables]
        names += [("silver table", "schema", name) for name in contract.silver_tables]
        for what, path, name in names:
            other = first.setdefault((what, name), file)
            if other != file:
                yield file, ContractProblem(path, f"{what} {name} is in {other.name} too: give it another name")


def _disagreements(contracts: dict[Path, Contract], folder: Path) -> Iterator[tuple[Path, ContractProblem]]:
    stated: dict[str, list[tuple[Path, object]]] = defaultdict(list)
    for file, contract in contracts.items():
        for word in _LAKE_WORDS:
            if value := getattr(contract.lake_terms, word):
                stated[word].append((file, sorted(value, key=repr) if word == "roles" else value))
    for word, spelled in _LAKE_WORDS.items():
        if not stated[word] and word not in _OPTIONAL:
            yield folder, ContractProblem(spelled, "no contract states it, and one must: it is true of the lake")
        for file, value in stated[word][1:]:
            first, agreed = stated[word][0]
            if value != agreed:
                yield file, ContractProblem(spelled, f"is not what {first.name} says of the lake: they must agree")
