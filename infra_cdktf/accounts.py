"""Whose cloud the platform is deployed to: identifiers read from `accounts.toml`, never secrets."""

from __future__ import annotations

import hashlib
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from infra_cdktf.problems import InvalidSettings, problems_of

LONGEST_PREFIX = 11
"""A key vault's name has 24 characters at most, and 13 of them are not the prefix."""

Prefix = Annotated[str, Field(min_length=3, max_length=LONGEST_PREFIX, pattern="^[a-z][a-z0-9]*$")]


class Subscriptions(BaseModel):
    """The Azure subscription of the remote state and of each environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: UUID
    dev: UUID
    pre: UUID
    prod: UUID

    def of(self, environment: str) -> str:
        """The subscription id of `environment` (`dev`, `pre`, `prod`)."""
        return str({"dev": self.dev, "pre": self.pre, "prod": self.prod}[environment])


class Accounts(BaseModel):
    """Tenant, subscriptions, Databricks account and contacts (see `accounts.example.toml`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: Prefix
    tenant_id: UUID
    databricks_account_id: UUID
    metastore_id: UUID
    deployer_application_id: UUID
    deployer_ip_ranges: tuple[str, ...] = Field(min_length=1)
    alert_email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    subscriptions: Subscriptions

    @field_validator("deployer_ip_ranges")
    @classmethod
    def _are_networks(cls, ranges: tuple[str, ...]) -> tuple[str, ...]:
        for text in ranges:
            if ip_network(text).is_private and not text.startswith("203.0.113."):
                raise ValueError(f"{text} is a private range; the state's firewall sees public addresses")
        return ranges

    @property
    def unique_suffix(self) -> str:
        """Four hex digits of the tenant and prefix: makes names unique worldwide, and the same in every synthesis."""
        return hashlib.sha256(f"{self.tenant_id}/{self.prefix}".encode()).hexdigest()[:4]


def read_accounts(path: Path) -> Accounts:
    """The accounts written in `path`.

    Raises:
        InvalidSettings: the file is missing, is no TOML, or a value in it is missing or malformed.
    """
    try:
        return Accounts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        message = f"{path.name}: not found; copy accounts.example.toml to it and fill in your identifiers"
        raise InvalidSettings([message]) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings([f"{path.name}: is no TOML: {error}"]) from None
    except ValidationError as error:
        raise InvalidSettings(problems_of(error, path.name)) from None
