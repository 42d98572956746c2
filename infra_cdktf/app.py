"""The whole application: every environment's stacks, wired by their outputs."""

from __future__ import annotations

from pathlib import Path

from cdktf import App

from contracts.folder import Contracts
from infra_cdktf.accounts import Accounts
from infra_cdktf.environment import Environment
from infra_cdktf.environment_settings import EnvironmentSettings
from infra_cdktf.settings import check_entry, check_together
from infra_cdktf.stacks.access import AccessStack, check_roles
from infra_cdktf.stacks.catalog import CatalogStack
from infra_cdktf.stacks.lake import LakeStack
from infra_cdktf.stacks.network import NetworkStack
from infra_cdktf.stacks.operations import OperationsInputs, OperationsStack
from infra_cdktf.stacks.pipelines import PipelinesInputs, PipelinesStack
from infra_cdktf.stacks.platform import PlatformStack
from infra_cdktf.stacks.state import StateStack
from infra_cdktf.stacks.workspace import WorkspaceStack


def build_app(
    accounts: Accounts,
    environments: tuple[EnvironmentSettings, ...],
    contracts: Contracts,
    *,
    version: str,
    folder: Path,
    bootstrap: bool = False,
) -> App:
    """The app whose `synth()` writes a folder per stack into `folder`.

    Raises:
        InvalidSettings: environments that cannot stand beside each other, or contracts without the platform's roles.
    """
    check_together(environments)
    check_entry(accounts, environments)
    check_roles(contracts.lake.roles)
    app = App(outdir=str(folder), stack_traces=False)
    StateStack(
        app,
        accounts,
        location=environments[-1].location,
        environments=tuple(settings.name for settings in environments),
        bootstrap=bootstrap,
    )
    for settings in environments:
        add_environment(app, Environment(accounts=accounts, settings=settings, contracts=contracts, version=version))
    return app


def add_environment(app: App, environment: Environment) -> None:
    """Add one environment's stacks; handing on outputs makes each stack depend on those it takes them from."""
    network = NetworkStack(app, environment).outputs
    platform = PlatformStack(app, environment, network).outputs
    lake = LakeStack(app, environment, network, platform).outputs
    access = AccessStack(app, environment, platform, lake).outputs
    workspace = WorkspaceStack(app, environment, network, platform, lake, access).outputs
    catalog = CatalogStack(app, environment, lake, workspace).outputs
    inputs = PipelinesInputs(platform=platform, lake=lake, access=access, workspace=workspace, catalog=catalog)
    pipelines = PipelinesStack(app, environment, inputs).outputs
    OperationsStack(
        app,
        environment,
        OperationsInputs(network=network, platform=platform, lake=lake, access=access, pipelines=pipelines),
    )
