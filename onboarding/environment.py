"""What locates and opens sources, from the environment and the running sandbox's `env` file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dotenv import dotenv_values

from blocks.secrets import FILE_SUFFIX, SecretUnreadable, given_value
from contracts.sources.source import BaseSource
from sandbox.home import SandboxHome, home_from_environment
from tasks.errors import MisconfiguredError

_LAKE_SECRET = "AZURE_STORAGE_CONNECTION_STRING"  # noqa: S105 (a variable's name)


def known_variables(home: SandboxHome | None = None) -> dict[str, str]:
    """The environment's variables, and the sandbox's where the environment has none of that name or of its file's."""
    file = (home or home_from_environment()).env_file
    of_sandbox = dotenv_values(file) if file.exists() else {}
    given = {name.removesuffix(FILE_SUFFIX) for name, value in os.environ.items() if value}
    own = {name: value for name, value in of_sandbox.items() if value and name.removesuffix(FILE_SUFFIX) not in given}
    return {**own, **os.environ}


def opening_values(source: BaseSource, variables: Mapping[str, str]) -> dict[str, str]:
    """What opens a source, by the roles that its entry names: each from its variable, or from the file that it names.

    Raises:
        MisconfiguredError: variables are not set, or a secret's file cannot be read; the text has no value.
    """
    found = {role: _value(role, name, variables) for role, name in source.connection.variables.items()}
    missing = [name for role, name in source.connection.variables.items() if not found[role]]
    if missing:
        told = " and ".join(f"{name} (or {name}{FILE_SUFFIX}, the file of a secret)" for name in missing)
        raise MisconfiguredError(f"{source.name} cannot be opened: set {told}")
    return found


def lake_secret(variables: Mapping[str, str]) -> str | None:
    """The connection string of the lake's account, None where it opens with the workload's identity."""
    return _value("", _LAKE_SECRET, variables) or None


def _value(role: str, name: str, variables: Mapping[str, str]) -> str:
    try:
        return given_value(name, variables, in_header=role == "key")
    except SecretUnreadable as error:
        raise MisconfiguredError(f"{error}, which {name}{FILE_SUFFIX} names; name another file") from None
