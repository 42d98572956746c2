"""What is true of the lake and not of one dataset: access to its layers, retention of raw files, time zone.

It needs to stand in one contract of the folder only, as `roles` and `slaProperties`; contracts that state it must
agree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from open_data_contract_standard.model import Role as StandardRole
from open_data_contract_standard.model import ServiceLevelAgreementProperty
from pydantic import BaseModel, ConfigDict, Field

from contracts.odcs import Custom, OdcsModel


class Layer(StrEnum):
    """The lake's layers, which are also its containers."""

    RAW = "raw"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class Access(StrEnum):
    """What a role may do on a layer."""

    READ = "read"
    CREATE = "create"
    WRITE = "write"
    ALL = "all"


class Role(OdcsModel):
    """A group or workload identity and what it may do on each layer (ODCS section Roles)."""

    standard: ClassVar = StandardRole

    name: str = Field(alias="role")
    description: str = ""
    access_by_layer: dict[Layer, tuple[Access, ...]] = Custom("access")
    workload: bool = Custom("workload", default=False)
    reads_personal_data: bool = Custom("readsPersonalData", default=False)


class ServiceLevel(OdcsModel):
    """One of `slaProperties` (ODCS section Service-Level Agreement)."""

    standard: ClassVar = ServiceLevelAgreementProperty

    property: str
    value: str | int | float | bool
    unit: str | None = None
    element: str | None = None
    scheduler: str | None = None
    schedule: str | None = None


class LakeTerms(BaseModel):
    """The facts themselves, each None (no roles: empty) where it is not stated."""

    model_config = ConfigDict(frozen=True)

    roles: tuple[Role, ...] = ()
    timezone: str | None = None
    raw_days: int | None = None
    raw_cool_after_days: int | None = None
