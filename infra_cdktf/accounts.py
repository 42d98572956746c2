"""Whose cloud the platform is deployed to: identifiers read from `accounts.toml`, never secrets."""

from __future__ import annotations

import hashlib
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from infra_cdktf.problems import InvalidSettings, problems_of

LONGEST_PREFIX = 11
"""A key vault's name has 24 characters at most, and 13 of them are not the prefix."""

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
SMALLEST_RANGE = 31
"""Storage firewalls take no ranges of one or two addresses; single addresses are written without a length."""
EXAMPLE_ADDRESSES = "203.0.113."
"""Addresses for documentation (RFC 5737), which count as private."""

Prefix = Annotated[str, Field(min_length=3, max_length=LONGEST_PREFIX, pattern="^[a-z][a-z0-9]*$")]


class Deployer(BaseModel):
    """Who deploys an environment: a principal (`application_id`), or in `dev` a person (`user`, the sign-in name)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    application_id: UUID | None = None
    user: Annotated[str, Field(pattern=EMAIL)] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.application_id is None) == (self.user is None):
            raise ValueError("must have either application_id (a principal) or user (a person)")
        return self

    @property
    def assignee(self) -> str:
        """What `az role assignment create --assignee` and Entra find the deployer by."""
        return str(self.application_id or self.user)

    @property
    def rule_set_name(self) -> str:
        """What Databricks' rule sets call the deployer."""
        return f"servicePrincipals/{self.application_id}" if self.application_id else f"users/{self.user}"


class Deployers(BaseModel):
    """The deployer of each environment; the state's store is deployed by the owner of its subscription."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dev: Deployer
    pre: Deployer
    prod: Deployer

    @field_validator("pre", "prod")
    @classmethod
    def _is_a_principal(cls, deployer: Deployer) -> Deployer:
        if deployer.user is not None:
            raise ValueError("a person deploys dev only; name a principal by its application_id")
        return deployer

    def of(self, environment: str) -> Deployer:
        """The deployer of `environment` (`dev`, `pre`, `prod`)."""
        return {"dev": self.dev, "pre": self.pre, "prod": self.prod}[environment]


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
    """Tenant, subscriptions, Databricks account, deployers and contacts (see `accounts.example.toml`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: Prefix
    tenant_id: UUID
    databricks_account_id: UUID
    metastore_id: UUID
    deployer_ip_ranges: tuple[str, ...] = Field(min_length=1)
    people_ip_ranges: tuple[str, ...] = ()
    state_customer_key: bool = False
    alert_email: str = Field(pattern=EMAIL)
    deployers: Deployers
    subscriptions: Subscriptions

    @field_validator("deployer_ip_ranges", "people_ip_ranges")
    @classmethod
    def _are_networks(cls, ranges: tuple[str, ...]) -> tuple[str, ...]:
        for text in ranges:
            network = ip_network(text)
            if network.is_private and not text.startswith(EXAMPLE_ADDRESSES):
                raise ValueError(f"{text} is a private range; firewalls see public addresses")
            if "/" in text and network.prefixlen >= SMALLEST_RANGE:
                raise ValueError(f"{text}: Azure takes no /31 or /32; write single addresses without a length")
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
