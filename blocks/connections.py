"""How a source's connection stands in the environment: plain settings, and the files of its secrets.

`‹VARIABLE›_FILE` names the file that holds the variable's value where flows run, the usual way of handing a secret to
a container. The file need not be on the machine that registers: in Azure, only pods have Key Vault's.
"""

from __future__ import annotations

from collections.abc import Mapping

from blocks.documents import SourceConnection
from blocks.secrets import FILE_SUFFIX, PLAIN_ROLES, is_secret, read_secret, unusable
from contracts.sources.api import ApiSource
from contracts.sources.source import BaseSource

_AS_IT_IS_IN_A_HEADER = "key"
"""The role whose value stands in a header as it is; user and password are encoded for theirs (RFC 7617)."""

_ROOT = "/"


class UnusableConnection(ValueError):
    """Raised when a source's variables cannot be used; the text names all of them and quotes none."""


def source_connection(source: BaseSource, environment: Mapping[str, str]) -> SourceConnection:
    """The source's block, from the variables that its contract names.

    Raises:
        UnusableConnection: a variable is missing, holds what cannot be used, or holds a secret itself.
    """
    settings: dict[str, str] = {}
    files: dict[str, str] = {}
    problems: list[str] = []
    for role, variable in source.connection.variables.items():
        file = environment.get(f"{variable}{FILE_SUFFIX}", "").strip()
        value = environment.get(variable, "").strip()
        if problem := _problem_of_file(variable, file) if file else _problem(source, role, variable, value):
            problems.append(problem)
        elif file:
            files[role] = file
        else:
            settings[role] = value
    if problems:
        raise UnusableConnection(f"{source.name}: {'; '.join(problems)}")
    return SourceConnection(settings=settings, secret_files=files)


def connection_values(document: SourceConnection) -> dict[str, str]:
    """What opens the source, by role; its secrets are read now.

    Raises:
        SecretUnreadable: the file of one of them cannot be used.
    """
    secrets = {
        role: read_secret(file, in_header=role == _AS_IT_IS_IN_A_HEADER) for role, file in document.secret_files.items()
    }
    return {**document.settings, **secrets}


def _problem_of_file(variable: str, file: str) -> str | None:
    return None if file.startswith(_ROOT) else f"{variable}{FILE_SUFFIX} must be a path from the root on"


def _problem(source: BaseSource, role: str, variable: str, value: str) -> str | None:
    """Why the variable's own value is none for a block, naming the variable."""
    if not value:
        file = f"{variable}{FILE_SUFFIX}"
        return f"set {variable}, or {file} where it has a password" if role in PLAIN_ROLES else f"set {file}"
    if problem := unusable(value, in_header=role == _AS_IT_IS_IN_A_HEADER):
        return f"{variable} {problem}"
    if role in {"url", "token_url"} and isinstance(source, ApiSource) and " " in value:
        return f"{variable} has a blank in it"
    if is_secret(role, value):
        in_a_file = f"put it into a file that flows can read, and set {variable}{FILE_SUFFIX} to its path"
        return f"{variable} holds a secret, of which no block has a copy: {in_a_file}"
    return None
