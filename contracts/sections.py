"""The project's own properties inside an ODCS document, as strict pydantic shapes: a misspelled one is refused.

ODCS v3 leaves `customProperties` (section Custom Properties) and a custom quality rule's `implementation` (section Data
Quality) to the implementer; these classes say what Data Master puts there.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from contracts.formats import AmountFormat, DateFormat
from contracts.model import Access, Layer, Masking, SourceKind
from contracts.rules import AtLeast, Check, Cpf, DateBetween, Email, Luhn, OneOf, Parses, Stage

EnvironmentVariable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ConnectionSection(_Section):
    """The environment variables that locate and open a source."""

    url: EnvironmentVariable
    key: EnvironmentVariable | None = None


class ServerSection(_Section):
    """`customProperties` of a server: how a source is read and how it writes values."""

    kind: SourceKind
    connection: ConnectionSection
    date_format: DateFormat
    amount_format: AmountFormat
    timestamp_offset: Annotated[str, Field(pattern="^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")] | None = None
    field_paths: dict[str, str] = Field(default_factory=dict)
    optional_columns: tuple[str, ...] = ()
    table: str | None = None
    path: str | None = None
    key_field: str | None = None
    cursor_field: str | None = None
    overlap_seconds: int = Field(default=0, ge=0)
    page_rows: int | None = Field(default=None, ge=1)


class DatasetSection(_Section):
    """`customProperties` of the silver table: what makes a row unique, latest and of high value."""

    layer: Literal[Layer.SILVER]
    dedupe_key: Annotated[tuple[str, ...], Field(min_length=1)]
    latest_by: str
    cluster_by: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]
    high_value_threshold_brl: float = Field(ge=0)
    max_landing_error_ratio: float = Field(ge=0, le=1)


class GoldSection(_Section):
    """`customProperties` of a gold table."""

    layer: Literal[Layer.GOLD]
    dedupe_key: Annotated[tuple[str, ...], Field(min_length=1)]
    cluster_by: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]


class ColumnSection(_Section):
    """`customProperties` of a column."""

    masking: Masking | None = None


class RoleSection(_Section):
    """`customProperties` of a role: what it may do on each layer."""

    access: dict[Layer, tuple[Access, ...]]
    workload: bool = False
    reads_personal_data: bool = False


class _CheckSection(_Section):
    stage: Stage


class _ParsesSection(_CheckSection):
    check: Literal["parses"]
    missing_allowed: bool

    def to_check(self) -> Check:
        return Parses(missing_allowed=self.missing_allowed)


class _AtLeastSection(_CheckSection):
    check: Literal["at_least"]
    minimum: float

    def to_check(self) -> Check:
        return AtLeast(minimum=self.minimum)


class _OneOfSection(_CheckSection):
    check: Literal["one_of"]
    values: Annotated[tuple[str, ...], Field(min_length=1)]

    def to_check(self) -> Check:
        return OneOf(values=self.values)


class _DateBetweenSection(_CheckSection):
    check: Literal["date_between"]
    earliest: date
    days_ahead: int = Field(ge=0)

    def to_check(self) -> Check:
        return DateBetween(earliest=self.earliest, days_ahead=self.days_ahead)


class _PlainSection(_CheckSection):
    check: Literal["cpf", "email", "luhn"]

    def to_check(self) -> Check:
        checks: dict[str, Check] = {"cpf": Cpf(), "email": Email(), "luhn": Luhn()}
        return checks[self.check]


CheckSection = Annotated[
    _ParsesSection | _AtLeastSection | _OneOfSection | _DateBetweenSection | _PlainSection, Field(discriminator="check")
]
"""A quality rule's `implementation`: the check, its parameters, and the stage that enforces it."""
