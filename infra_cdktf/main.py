"""Synthesizes every stack: `python -m infra_cdktf.main`, which `make synth` and the `cdktf` command call.

`DATAMASTER_ACCOUNTS` names the accounts file (default: `accounts.toml` beside this module, else the example);
`DATAMASTER_CONTRACTS` names the folder whose contracts are the datasets (default: the packaged one);
`DATAMASTER_BOOTSTRAP=1` keeps the state stack's own state in a local file while the remote state does not exist yet.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

from contracts.folder import read_contracts
from contracts.problems import ContractError
from infra_cdktf.accounts import read_accounts
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import ENVIRONMENTS

HERE = Path(__file__).parent
PROJECT = HERE.parent


def project_version() -> str:
    """The version in `pyproject.toml`, which the jobs' wheel carries."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def accounts_file() -> Path:
    """The accounts to synthesize for; the example's, said aloud, where no own ones are written down yet."""
    if named := os.environ.get("DATAMASTER_ACCOUNTS"):
        return Path(named)
    own, example = HERE / "accounts.toml", HERE / "accounts.example.toml"
    if own.exists():
        return own
    print(f"{own.name} not found: using {example.name}, which cannot be deployed", file=sys.stderr)  # noqa: T201
    return example


def main() -> None:
    """Check settings and contracts, then synthesize into `CDKTF_OUTDIR` (default `cdktf.out`)."""
    try:
        accounts = read_accounts(accounts_file())
        contracts = read_contracts()
        # Only now: loading jsii takes seconds, and a mistake in the settings should not.
        from infra_cdktf.app import build_app  # noqa: PLC0415

        app = build_app(
            accounts,
            ENVIRONMENTS,
            contracts,
            version=project_version(),
            folder=Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")),
            bootstrap=os.environ.get("DATAMASTER_BOOTSTRAP") == "1",
        )
    except (InvalidSettings, ContractError) as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
