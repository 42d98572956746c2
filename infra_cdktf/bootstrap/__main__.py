"""Renders a bootstrap script: `python -m infra_cdktf.bootstrap dev before > before.sh`.

Each step says who does it: `bash before.sh 5` runs the fifth alone. Parts, in order: `before` anything is deployed,
`state` once the state's store is, `secrets` once the platform is, `databricks` once the workspace is.
"""

from __future__ import annotations

import argparse
import sys

from contracts.folder import read_contracts
from infra_cdktf.accounts import read_accounts
from infra_cdktf.bootstrap import azure_steps, databricks_steps, secret_steps
from infra_cdktf.bootstrap.script import Step, render
from infra_cdktf.environment import Environment
from infra_cdktf.main import accounts_file, project_version
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import environment_settings

PARTS = {
    "before": (
        azure_steps.register_providers,
        azure_steps.make_deployer,
        azure_steps.define_roles,
        azure_steps.grant_rights,
        azure_steps.grant_in_entra,
        databricks_steps.first_account_admin,
        databricks_steps.make_account_admin,
        databricks_steps.grant_on_metastore,
    ),
    "state": (azure_steps.reach_state,),
    "secrets": (secret_steps.make_hash_key, secret_steps.set_secrets),
    "databricks": (databricks_steps.approve_serverless, databricks_steps.grant_system_tables),
}


def script(environment: Environment, part: str) -> str:
    """The script of one part."""
    name = environment.settings.name
    steps: list[Step | None] = [step(environment) for step in PARTS[part]]
    command = f"python -m infra_cdktf.bootstrap {name} {part}"
    return render(f"Bootstrap of {name}: {part}", command, [step for step in steps if step is not None])


def main() -> None:
    """Print the script that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdktf.bootstrap", description=script.__doc__)
    parser.add_argument("environment")
    parser.add_argument("part", choices=PARTS)
    arguments = parser.parse_args()
    try:
        environment = Environment(
            accounts=read_accounts(accounts_file()),
            settings=environment_settings(arguments.environment),
            contracts=read_contracts(),
            version=project_version(),
        )
    except InvalidSettings as error:
        sys.exit(str(error))
    sys.stdout.write(script(environment, arguments.part))


if __name__ == "__main__":
    main()
