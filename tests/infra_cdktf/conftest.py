from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.folder import Contracts
from infra_cdktf.accounts import Accounts, read_accounts
from infra_cdktf.app import build_app
from infra_cdktf.environment import Environment
from infra_cdktf.environment_settings import EnvironmentSettings
from infra_cdktf.main import HERE
from infra_cdktf.settings import ENVIRONMENTS
from tests.infra_cdktf.plan import Plan
from tests.packaged_contracts import CONTRACTS

VERSION = "9.8.7"


@dataclass(frozen=True)
class Synthesis:
    """Everything a synthesis is made of; jsii is loaded once, so that another one costs seconds."""

    accounts: Accounts
    contracts: Contracts

    def into(
        self,
        folder: Path,
        environments: tuple[EnvironmentSettings, ...] = ENVIRONMENTS,
        accounts: Accounts | None = None,
        *,
        bootstrap: bool = False,
    ) -> Plan:
        app = build_app(
            accounts or self.accounts,
            environments,
            self.contracts,
            version=VERSION,
            folder=folder,
            bootstrap=bootstrap,
        )
        app.synth()
        return Plan(folder, {settings.name: self.environment(settings, accounts).roles for settings in environments})

    def environment(self, settings: EnvironmentSettings, accounts: Accounts | None = None) -> Environment:
        """One environment, as its stacks are given it."""
        return Environment(
            accounts=accounts or self.accounts, settings=settings, contracts=self.contracts, version=VERSION
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `contract` runs with each dataset's in turn."""
    if "contract" in metafunc.fixturenames:
        datasets = CONTRACTS.datasets
        metafunc.parametrize("contract", datasets, ids=[contract.slug for contract in datasets], scope="session")


@pytest.fixture(scope="session")
def synthesis() -> Synthesis:
    return Synthesis(read_accounts(HERE / "accounts.example.toml"), CONTRACTS)


@pytest.fixture(scope="session")
def plan(synthesis: Synthesis, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """All environments, synthesized with the example's accounts."""
    return synthesis.into(tmp_path_factory.mktemp("cdktf"))


@pytest.fixture(scope="session", params=[settings.name for settings in ENVIRONMENTS])
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment's name in turn."""
    return str(request.param)
