"""The sandbox's own sources: seeded at the first start, a little larger before every later run."""

from __future__ import annotations

from sandbox.errors import VariableError
from sandbox.generator.command_line import apply_next_generation, population_of
from sandbox.generator.drop_places import DropContainer, DropFolder, DropPlace
from sandbox.generator.places import Places
from sandbox.generator.state import SeededOtherwise
from sandbox.home import SandboxHome
from sandbox.lifecycle import Sandbox
from sandbox.parts.azurite import BRANCH_FOLDER, LANDING

SEED = 20_260_101
"""Of the generator's random numbers: every sandbox of one size starts with the same purchases."""


def are_seeded(home: SandboxHome) -> bool:
    """Whether the sources have their first purchases."""
    try:
        population_of(home.folder)
    except FileNotFoundError:
        return False
    return True


def _branch_place(sandbox: Sandbox) -> DropPlace:
    """Where the sandbox's own branches drop files: the storage account's container, if that is its own as well."""
    if "azurite" not in sandbox.own_parts:
        return DropFolder(sandbox.home.branch_files)
    connection = sandbox.variables["AZURE_STORAGE_CONNECTION_STRING"]
    return DropContainer(connection, LANDING, BRANCH_FOLDER)


def grow(sandbox: Sandbox) -> None:
    """Seed the sandbox's own sources, or add the next purchases and corrections; a user's source is never written to.

    Raises:
        VariableError: ``DATAMASTER_ROWS`` is not what the sources were seeded with.
    """
    own, home = sandbox.own_parts, sandbox.home
    places = Places(
        store_database_url=sandbox.variables["STORE_DATABASE_URL"] if "postgres" in own else None,
        api_database=home.customers_api_database if "customers-api" in own else None,
        branch_folder=_branch_place(sandbox) if "branch-files" in own else None,
        return_folder=DropFolder(home.return_files) if "return-files" in own else None,
    )
    try:
        apply_next_generation(home.folder, sandbox.contracts, places, rows=sandbox.given.datamaster_rows, seed=SEED)
    except SeededOtherwise as error:
        raise VariableError(str(error)) from None
