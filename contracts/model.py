"""What a contract says, as frozen objects: the single description of a dataset that every engine renders from.

The reader (`contracts.reader`) builds these from an Open Data Contract Standard v3 document; nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from contracts.rules import Rule, Severity, Stage


class LogicalType(StrEnum):
    """The types a column can have (ODCS section Schema, `logicalType`)."""

    STRING = "string"
    DATE = "date"
    NUMBER = "number"
    INTEGER = "integer"
    TIMESTAMP = "timestamp"


class Classification(StrEnum):
    """How a column's values must be protected, from least to most (LGPD art. 5: I personal data)."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    RESTRICTED = "restricted"


class Masking(StrEnum):
    """What silver keeps of a column's value."""

    KEYED_HASH = "keyed_hash"
    EMAIL = "email"


class SourceKind(StrEnum):
    """The kinds of source an ingestion flow exists for."""

    DATABASE = "database"
    API = "api"
    FILES = "files"


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


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the standardized schema (ODCS section Schema, a property)."""

    name: str
    logical_type: LogicalType
    description: str
    classification: Classification
    masking: Masking | None = None
    encrypted_name: str | None = None

    @property
    def silver_name(self) -> str:
        """The column's name in silver: `encryptedName` for a hashed column, else its own."""
        return self.encrypted_name or self.name


@dataclass(frozen=True, kw_only=True)
class GoldTable:
    """One table of the gold layer: its columns, the key of its rows, and what it is clustered by."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    clustering: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place rows come from (ODCS section Servers): where, how values are written, and how to read it.

    `connection` names the environment variables that locate and open the source, by their role (`url`, `key`).
    `field_paths` maps a standardized column to the source's own field, dotted when nested (`customer.cpf`).
    `key_field` and `cursor_field` are the source's own row key and last-change time; files have neither.
    """

    name: str
    kind: SourceKind
    description: str
    connection: dict[str, str]
    date_format: DateFormat
    amount_format: AmountFormat
    timestamp_format: TimestampFormat
    field_paths: dict[str, str] = field(default_factory=dict)
    optional_columns: tuple[str, ...] = ()
    table: str | None = None
    path: str | None = None
    key_field: str | None = None
    cursor_field: str | None = None
    overlap_seconds: int = 0
    page_rows: int | None = None

    @property
    def flow_name(self) -> str:
        """Name of the flow that ingests this kind of source; the source's deployment of it bears the source's name."""
        return f"ingest-{self.kind}"

    @property
    def raw_suffix(self) -> str:
        """Raw keeps the format the source speaks: CSV for files, JSON lines for the rest."""
        return "csv" if self.kind is SourceKind.FILES else "json"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A group or workload identity and what it may do on each layer (ODCS section Roles)."""

    name: str
    description: str
    workload: bool
    access: dict[Layer, tuple[Access, ...]]
    reads_personal_data: bool


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When the pipeline and a source run (ODCS section SLA, `frequency` and `timezone`)."""

    cron: str
    timezone: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long data are kept (ODCS section SLA, `retention`)."""

    raw_days: int
    raw_cool_after_days: int
    tables_days: int


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One dataset: its standardized columns, rules, sources, roles and service levels."""

    name: str
    version: str
    description: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    dedupe_key: tuple[str, ...]
    latest_by: str
    clustering: tuple[str, ...]
    high_value_threshold_brl: float
    max_landing_error_ratio: float
    gold_tables: tuple[GoldTable, ...]
    sources: tuple[Source, ...]
    roles: tuple[Role, ...]
    pipeline_schedule: Schedule
    source_schedules: dict[str, Schedule]
    retention: Retention

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the standardized columns, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def slug(self) -> str:
        """The dataset's name where underscores are not usual: deployments and jobs."""
        return self.name.replace("_", "-")

    @property
    def job_name(self) -> str:
        """Name of the Databricks job that transforms the dataset."""
        return f"etl-{self.slug}"

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if the contract has none."""
        return {column.name: column for column in self.columns}[name]

    def source(self, name: str) -> Source:
        """The source of that name; KeyError if the contract has none."""
        return {source.name: source for source in self.sources}[name]

    def rules_at(self, stage: Stage, severity: Severity = Severity.ERROR) -> tuple[Rule, ...]:
        """The rules that this stage enforces with this severity, in the contract's order."""
        return tuple(rule for rule in self.rules if rule.stage is stage and rule.severity is severity)
