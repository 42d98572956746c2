"""Secrets as flows have them: each in a file that is read when it is used, and that a block document only names.

On AKS the files are Key Vault's, mounted by its driver; in the sandbox they lie in `DATAMASTER_HOME`. A secret is often
pasted, with the line end or blanks around it: these are taken off. What is left must be one line that can be
seen, or a private key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FILE_SUFFIX = "_FILE"
"""Behind a variable's name: the variable that names the file which holds its value."""

PLAIN_ROLES = frozenset({"url", "token_url", "user", "client_id", "host_key"})
"""What may be seen, unless it is a URL that holds a password. Every other role is a secret."""

_SECRET_PARAMETERS = frozenset({"password", "sig"})
"""Parameters of a URL that open what it names: libpq's, and the signature of a storage account's signed URL."""

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----")
"""The one kind of secret that has several lines (RFC 7468)."""


class SecretUnreadable(ValueError):
    """Raised when a secret's file is not there or holds no secret; the text names the file and never what is in it."""


def is_secret(role: str, value: str) -> bool:
    """Whether a value must not be seen.

    >>> is_secret("key", "any"), is_secret("url", "https://shop"), is_secret("url", "postgresql://me:word@host/store")
    (True, False, True)
    """
    return role not in PLAIN_ROLES or _has_password(value)


def read_secret(file: str, *, in_header: bool) -> str:
    """The secret in the file, without the blanks around it.

    Args:
        file: Its path, as a block document has it.
        in_header: Whether it gets into a header of a request, and so must be ASCII.

    Raises:
        SecretUnreadable: the file cannot be read, is empty, or holds what cannot be sent.
    """
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretUnreadable(f"secret file {file} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SecretUnreadable(f"secret file {file} is no UTF-8 text") from None
    if problem := "is empty" if not secret else unusable(secret, in_header=in_header):
        raise SecretUnreadable(f"secret file {file} {problem}")
    return secret


def given_value(variable: str, environment: Mapping[str, str], *, in_header: bool) -> str:
    """What the environment says the variable is, or what stands in the file that it names instead; empty if neither.

    Raises:
        SecretUnreadable: as `read_secret`.
    """
    file = environment.get(f"{variable}{FILE_SUFFIX}", "").strip()
    return read_secret(file, in_header=in_header) if file else environment.get(variable, "").strip()


def unusable(value: str, *, in_header: bool) -> str | None:
    """Why the value can be no URL and no secret, as a predicate; None if nothing is wrong.

    >>> unusable("plantéd", in_header=True)
    'has a letter in it that is not ASCII'
    """
    if not value.isprintable() and not _PRIVATE_KEY.fullmatch(value):
        return "has a line break or another letter in it that cannot be seen"
    return "has a letter in it that is not ASCII" if in_header and not value.isascii() else None


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.password is not None or not _SECRET_PARAMETERS.isdisjoint(parse_qs(parts.query))
    except ValueError:  # what is no URL may be anything
        return True
