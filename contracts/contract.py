"""One dataset's contract: an Open Data Contract Standard v3 document as this project reads it.

The typed models are what stands in the file; pandera and Spark schemas, table definitions, masks, grants, deployments
and dashboards are all rendered from them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, ClassVar, Literal

from open_data_contract_standard.model import Description as StandardDescription
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import Field

from contracts.columns import Column
from contracts.lake_terms import LakeTerms, Role, ServiceLevel
from contracts.odcs import OdcsModel
from contracts.rules import Rule, Severity, Stage
from contracts.sources.kinds import Source
from contracts.tables import DatasetTable, GoldTable, Table

RAW = "raw"
"""What service levels of the lake's raw files are about, as `element`."""


class Description(OdcsModel):
    """What a dataset is for (ODCS section Fundamentals, `description`)."""

    standard: ClassVar = StandardDescription

    purpose: str = ""


class Contract(OdcsModel):
    """One dataset: its tables, rules, sources and service levels, and what it states of the lake."""

    standard: ClassVar = OpenDataContractStandard

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,2}([-+][0-9A-Za-z.+-]+)?$")]
    kind: Literal["DataContract"] = "DataContract"
    details: Description = Field(alias="description", default=Description())
    sources: Annotated[tuple[Source, ...], Field(alias="servers", min_length=1)]
    tables: Annotated[tuple[Table, ...], Field(alias="schema", min_length=1)]
    roles: tuple[Role, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = Field(alias="slaProperties", default=())

    @property
    def slug(self) -> str:
        """The dataset's name where underscores are not usual: deployments and jobs."""
        return self.name.replace("_", "-")

    @property
    def digest(self) -> str:
        """Of all that the contract says: a job that read another contract than the flows is known by it."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def description(self) -> str:
        """What the dataset is for."""
        return self.details.purpose

    @property
    def table(self) -> DatasetTable:
        """The table that the sources' rows end in."""
        return next(table for table in self.tables if isinstance(table, DatasetTable))

    @property
    def gold_tables(self) -> tuple[GoldTable, ...]:
        """The tables computed from it."""
        return tuple(table for table in self.tables if isinstance(table, GoldTable))

    @property
    def rejected_table(self) -> str:
        """Name of the table of rejected rows in silver."""
        return f"{self.table.name}_rejected"

    @property
    def deleted_table(self) -> str:
        """Name of the table in silver of what was deleted at the sources, where one of them tells that."""
        return f"{self.table.name}_deleted"

    @property
    def silver_tables(self) -> tuple[str, ...]:
        """Names of its tables in silver."""
        deleted = [self.deleted_table] if self.tells_deletions else []
        return (self.table.name, self.rejected_table, *deleted)

    @property
    def tells_deletions(self) -> bool:
        """Whether one of its sources tells which rows were deleted."""
        return any(source.tells_deletions for source in self.sources)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The standardized schema that the sources are normalized to."""
        return self.table.landed_columns

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the standardized columns, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of every row, in the columns' order."""
        return self.table.rules

    def rules_at(self, stage: Stage, severity: Severity = Severity.ERROR) -> tuple[Rule, ...]:
        """The rules that this stage enforces with this severity, in the contract's order."""
        return tuple(rule for rule in self.rules if rule.stage is stage and rule.severity is severity)

    def source(self, name: str) -> Source:
        """The source of that name; KeyError if the contract has none."""
        return {source.name: source for source in self.sources}[name]

    def service_level(self, name: str, element: str | None) -> ServiceLevel | None:
        """What the contract promises under that name of that element, if anything."""
        found = (level for level in self.service_levels if (level.property, level.element) == (name, element))
        return next(found, None)

    def cron(self, element: str) -> str:
        """When the dataset or a source of that name runs; a source without a frequency of its own has the dataset's."""
        level = self.service_level("frequency", element) or self.service_level("frequency", self.name)
        return str(level.schedule) if level else ""

    @property
    def lake_terms(self) -> LakeTerms:
        """What the contract states of the lake."""
        timezone = self.service_level("timezone", None)
        return LakeTerms(
            roles=self.roles,
            timezone=str(timezone.value) if timezone else None,
            raw_days=self._days("retention"),
            raw_cool_after_days=self._days("timeToCoolTier"),
        )

    def _days(self, name: str) -> int | None:
        level = self.service_level(name, RAW)
        return int(level.value) if level else None
