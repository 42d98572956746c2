"""What every kind of source has (ODCS section Servers).

`type` is the standard's word for the kind. What the standard has no word for (which variables locate a source, how it
writes values, what its own fields are called) stands in `customProperties`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from open_data_contract_standard.model import Server
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from contracts.formats import BooleanFormat, NumberNotation, TimestampFormat
from contracts.odcs import Custom, OdcsModel
from contracts.sources.column_formats import (
    AmountExample,
    BooleanWords,
    ColumnFormat,
    FirstYear,
    NullTexts,
    Offset,
    TimeWritings,
    ZoneName,
    require_one_of_each,
)

EnvironmentVariable = Annotated[str, StringConstraints(pattern="^[A-Z][A-Z0-9_]*$")]
SourceName = Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
"""A source's name is also that of a Prefect block document: lower-case letters, digits and dashes."""


FieldPath = Annotated[str, StringConstraints(min_length=1)]
FieldPaths = Annotated[tuple[FieldPath, ...], Field(min_length=1)]


class RawFormat(StrEnum):
    """How Raw keeps a source's rows, which is also the suffix of its files: as the source speaks."""

    JSON = "json"
    CSV = "csv"


class Connection(BaseModel):
    """The environment variables that locate and open a source; beside `url`, those that its way of access needs.

    `host_key` holds what an SFTP server is known by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    url: EnvironmentVariable
    key: EnvironmentVariable | None = None
    user: EnvironmentVariable | None = None
    password: EnvironmentVariable | None = None
    client_id: EnvironmentVariable | None = None
    client_secret: EnvironmentVariable | None = None
    token_url: EnvironmentVariable | None = None
    host_key: EnvironmentVariable | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The variables by the role of what they hold: `url`, and the others that the source has."""
        return {role: name for role, name in self if name}


Quantity = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(m|[KMGT]i)?$")]
"""An amount as Kubernetes writes it: `500m` of a core, `2Gi` of memory."""


class Resources(BaseModel):
    """What a run of a source needs of a machine, where that is not what the work pool gives every run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cpu: Quantity | None = None
    memory: Quantity | None = None


class BaseSource(OdcsModel):
    """What every source has: its name, how it writes values, and which of its fields is which column.

    `field_paths` maps a standardized column to the source's own field, dotted when nested (`customer.cpf`); a column
    that is not in it is called the same at both. Where a source `has_aliases`, a field may have several names. A source
    may lack its `optional_columns`. Its `ignored_fields` are of no use: they are neither landed nor told as unknown.
    """

    standard: ClassVar = Server
    raw_format: ClassVar[RawFormat] = RawFormat.JSON
    has_aliases: ClassVar[bool] = False

    name: SourceName = Field(alias="server")
    description: str = ""
    connection: Connection = Custom("connection")
    date_ways: TimeWritings | None = Custom("dateFormat", default=None)
    timestamp_ways: TimeWritings | None = Custom("timestampFormat", default=None)
    two_digit_years_from: FirstYear | None = Custom("twoDigitYearsFrom", default=None)
    time_zone: ZoneName | None = Custom("timeZone", default=None)
    timestamp_offset: Offset | None = Custom("timestampOffset", default=None)
    amount_format: AmountExample | None = Custom("amountFormat", default=None)
    number_format: NumberNotation | None = Custom("numberFormat", default=None)
    boolean_format: BooleanWords = Custom("booleanFormat", default=BooleanFormat())
    null_texts: NullTexts = Custom("nullTexts", default=())
    column_formats: dict[str, ColumnFormat] = Custom("columnFormats", default_factory=dict)
    field_paths: dict[str, FieldPath | FieldPaths] = Custom("fieldPaths", default_factory=dict)
    optional_columns: tuple[str, ...] = Custom("optionalColumns", default=())
    ignored_fields: tuple[FieldPath, ...] = Custom("ignoredFields", default=())
    resources: Resources = Custom("resources", default=Resources())

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        require_one_of_each(self)
        return self

    @property
    def formats(self) -> ColumnFormat:
        """How it writes the values of columns of which it says nothing by themselves."""
        said = {name: getattr(self, name) for name in ColumnFormat.model_fields if name in BaseSource.model_fields}
        return ColumnFormat.model_construct(**said)

    def formats_of(self, column: str) -> ColumnFormat:
        """How it writes the values of that column."""
        own = self.column_formats.get(column)
        return own.over(self.formats) if own else self.formats

    @property
    def tells_deletions(self) -> bool:
        """Whether rows that are deleted at the source are known to be; a kind that can know says so itself."""
        return False

    @property
    def timestamp_format(self) -> TimestampFormat:
        """How it writes a point in time."""
        return self.formats.timestamp_format

    @model_validator(mode="after")
    def _names_each_field_once(self) -> Self:
        several = [column for column, paths in self.field_paths.items() if not isinstance(paths, str)]
        if several and not self.has_aliases:
            raise ValueError(f"fieldPaths gives {', '.join(several)} several names, which files alone may have")
        return self

    def field(self, column: str) -> str:
        """The source's own field of a standardized column, by the first of its names."""
        return self.fields(column)[0]

    def fields(self, column: str) -> tuple[str, ...]:
        """Every name that the source's own field of a standardized column may have."""
        paths = self.field_paths.get(column, column)
        return (paths,) if isinstance(paths, str) else paths


def behind_url(connection: Connection, place: str, word: str) -> str:
    """What stands behind the variable of the connection's url; ValueError, naming the word, if it does not begin so."""
    found = re.fullmatch(r"\$\{(\w+)\}(.*)", place)
    if not found or found[1] != connection.url:
        raise ValueError(f"{word} must begin with ${{{connection.url}}}, the variable of the connection's url")
    return found[2]
