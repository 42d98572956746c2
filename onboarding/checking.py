"""Runs a source's entry dry: its sample is read and judged as by a flow, and nothing is landed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from contracts.contract import Contract
from contracts.folder import Contracts
from onboarding.environment import lake_secret, opening_values
from onboarding.report import DryRun
from onboarding.sampling import sample_rows
from onboarding.verdict import judge
from tasks.extract.undeclared import listed, merged_names

_NOTHING = "no file is called as the source's path says, so that nothing could be checked"


class UnknownSource(ValueError):
    """Raised when no contract has a source of that name."""


def contract_with(contracts: Contracts, source: str, dataset: str | None = None) -> Contract:
    """The contract that has the source, which no two have.

    Raises:
        UnknownSource: none has it, or the dataset has it not; the text names those that there are.
        UnknownDataset: there is no such dataset.
    """
    among = [contracts.dataset(dataset)] if dataset else contracts.datasets
    for contract in among:
        if source in {one.name for one in contract.sources}:
            return contract
    known = ", ".join(one.name for contract in among for one in contract.sources)
    raise UnknownSource(f"no source is called {source}: there are {known}")


def check_source(contract: Contract, name: str, variables: Mapping[str, str], today: date) -> DryRun:
    """What a load of the source would come to, by a sample of it; `today` is the day in UTC.

    Raises:
        PipelineError: the source cannot be opened or read.
    """
    source = contract.source(name)
    values = opening_values(source, variables)
    loads = sample_rows(contract, source, values, partial(lake_secret, variables), today)
    verdict = judge(contract, source, loads, today)
    refused = [reason for load in loads for reason in load.refused] if loads else [_NOTHING]
    undeclared = listed(merged_names(*(load.undeclared for load in loads)))
    return DryRun(contract.name, name, verdict, tuple(refused), undeclared)
