"""Secrets of one sandbox: random at its first start, kept for its own processes."""

from __future__ import annotations

import base64
import secrets

from pydantic import BaseModel, Field

from sandbox.home import SandboxHome, write_private


def _token() -> str:
    return secrets.token_urlsafe(24)


class Credentials(BaseModel, frozen=True):
    """Every secret that the embedded parts share, none of which leaves the home folder."""

    sandbox_id: str = Field(default_factory=lambda: secrets.token_hex(16))
    store_password: str = Field(default_factory=_token)
    customers_api_key: str = Field(default_factory=_token)
    storage_account_key: str = Field(default_factory=lambda: base64.b64encode(secrets.token_bytes(64)).decode())
    databricks_token: str = Field(default_factory=_token)
    pii_hash_key: str = Field(default_factory=lambda: secrets.token_hex(32))


def credentials_of(home: SandboxHome) -> Credentials:
    """The sandbox's secrets, made at the first call and read afterwards."""
    path = home.folder / "credentials.json"
    if path.exists():
        return Credentials.model_validate_json(path.read_text(encoding="utf-8"))
    made = Credentials()
    write_private(path, made.model_dump_json(indent=2))
    return made
