"""Runs a source's entry dry: its sample is read and judged as by a flow, and nothing is landed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from contracts.contract import Contract
from contracts.folder import Contracts
from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.source import BaseSource
from onboarding.api_look import fields_of_api
from onboarding.database_look import columns_of_table
from onboarding.environment import lake_secret, opening_values
from onboarding.report import DryRun
from onboarding.sampling import sample_rows
from onboarding.verdict import judge

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
    unused = [field for field in _fields(source, values) if field not in _used(contract, source)]
    return DryRun(contract.name, name, verdict, tuple(refused), tuple(unused))


def _fields(source: BaseSource, values: Mapping[str, str]) -> list[str]:
    """What the source calls its fields; files with others than their entry names are refused."""
    if isinstance(source, DatabaseSource):
        return columns_of_table(source, values)
    return fields_of_api(source, values) if isinstance(source, ApiSource) else []


def _used(contract: Contract, source: BaseSource) -> set[str | None]:
    own = {getattr(source, "key_field", None), getattr(source, "cursor_field", None)}
    return own | {field for column in contract.column_names for field in source.fields(column)}
