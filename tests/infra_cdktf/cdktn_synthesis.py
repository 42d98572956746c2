"""Synthesizes the same sources with cdktn, the maintained fork of cdktf: run by that fork's own environment.

Usage: `python cdktn_synthesis.py OUTPUT_FOLDER VERSION`. Every import of a cdktf package is answered with the fork's
package of the same purpose; nothing else differs.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).parents[2]
PROVIDER = "cdktf_cdktf_provider_"


def name_in_fork(name: str) -> str | None:
    """The fork's name of a cdktf module, or None for any other module."""
    if name.startswith(PROVIDER):
        return "cdktn_provider_" + name.removeprefix(PROVIDER)
    package, dot, rest = name.partition(".")
    return "cdktn" + dot + rest if package == "cdktf" else None


class ForkFinder(MetaPathFinder, Loader):
    """Answers imports of cdktf with cdktn."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        return ModuleSpec(fullname, self) if name_in_fork(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        name = name_in_fork(spec.name)
        assert name is not None
        return importlib.import_module(name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def main() -> None:
    sys.path.insert(0, str(PROJECT))
    sys.meta_path.insert(0, ForkFinder())
    from contracts.folder import PACKAGED_CONTRACTS, read_contracts
    from infra_cdktf.accounts import read_accounts
    from infra_cdktf.app import build_app
    from infra_cdktf.main import HERE
    from infra_cdktf.settings import ENVIRONMENTS

    folder, version = sys.argv[1:]
    app = build_app(
        read_accounts(HERE / "accounts.example.toml"),
        ENVIRONMENTS,
        read_contracts(PACKAGED_CONTRACTS),
        version=version,
        folder=Path(folder),
    )
    app.synth()


if __name__ == "__main__":
    main()
