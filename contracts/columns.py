"""A column of a contract's table as it stands in the file (ODCS section Schema, a property)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from open_data_contract_standard.model import SchemaProperty
from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator, model_validator
from pydantic.alias_generators import to_camel
from sqlglot import exp

from contracts.expressions import parse_expression
from contracts.logical_types import LogicalType, scale_of, spark_type
from contracts.odcs import Custom, OdcsModel
from contracts.quality import Qualities

ColumnName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]


class Classification(StrEnum):
    """How a column's values must be protected, from least to most (LGPD art. 5: I personal data)."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    RESTRICTED = "restricted"


class Masking(StrEnum):
    """What silver keeps of a column's value."""

    KEYED_HASH = "keyed_hash"
    EMAIL = "email"


class LogicalTypeOptions(BaseModel):
    """What the standard lets a type say of its values (`logicalTypeOptions`); limits as they stand in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    minimum: Any = None
    exclusive_minimum: Any = None
    maximum: Any = None
    exclusive_maximum: Any = None
    multiple_of: Any = None


class Column(OdcsModel):
    """One column: of the standardized schema that sources are normalized to, derived in silver, or of a gold table.

    A column with `transformLogic` is computed from others; one without comes from the sources.
    """

    standard: ClassVar = SchemaProperty

    name: ColumnName
    logical_type: LogicalType
    physical_type: str | None = None
    logical_type_options: LogicalTypeOptions = LogicalTypeOptions()
    description: str = ""
    business_name: str | None = None
    classification: Classification | None = None
    primary_key: bool = False
    primary_key_position: int = -1
    required: bool = False
    unique: bool = False
    encrypted_name: ColumnName | None = None
    transform_source_objects: tuple[str, ...] = ()
    transform_logic: str | None = None
    quality: Qualities = ()
    masking: Masking | None = Custom("masking", default=None)
    may_identify_persons: bool = Custom("mayIdentifyPersons", default=False)

    @field_validator("transform_logic")
    @classmethod
    def _is_allowed(cls, logic: str | None) -> str | None:
        if logic is not None:
            parse_expression(logic)
        return logic

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        spark_type(self.logical_type, self.physical_type)
        scale_of(self.spark_type, self.logical_type_options.multiple_of)
        if self.transform_logic is None and self.classification is None:
            needed = f"needs a classification: {', '.join(Classification)}"
            raise ValueError(f"{needed}; or a transformLogic, if it is computed")
        if self.primary_key_position != -1 and not (self.primary_key and self.primary_key_position >= 0):
            raise ValueError("has a primaryKeyPosition, which only a primaryKey has, from 1 on")
        if (self.masking is Masking.KEYED_HASH) != (self.encrypted_name is not None):
            raise ValueError(f"{self.name} needs both encryptedName and masking keyed_hash, or neither")
        if self.masking and (self.logical_type is not LogicalType.STRING or self.transform_logic is not None):
            raise ValueError(f"{self.name}: only a text that comes from the sources can be masked")
        return self

    @property
    def spark_type(self) -> str:
        """Its Spark SQL type in silver or gold."""
        return spark_type(self.logical_type, self.physical_type)

    @property
    def scale(self) -> int | None:
        """How many decimals its numbers have, None if that is not declared."""
        return scale_of(self.spark_type, self.logical_type_options.multiple_of)

    @property
    def is_clusterable(self) -> bool:
        """Whether tables may be clustered by it: Delta's log keeps least and greatest values, which no person's may be.

        Of booleans it keeps none (Delta docs, "Use liquid clustering").
        """
        return self.protection is Classification.INTERNAL and self.logical_type is not LogicalType.BOOLEAN

    @property
    def is_computed(self) -> bool:
        """Whether it is computed from other columns."""
        return self.transform_logic is not None

    @property
    def expression(self) -> exp.Expr:
        """What computes it; ValueError for a column that comes from the sources."""
        return parse_expression(self.transform_logic or "")

    @property
    def is_of_digits(self) -> bool:
        """Whether its values are numbers of documents or cards, which are the same with or without signs in between."""
        checks = [quality.implementation.check for quality in self.quality if quality.implementation]
        return not {"cpf", "luhn"}.isdisjoint(checks)

    @property
    def silver_name(self) -> str:
        """The column's name in silver: `encryptedName` for a hashed column, else its own."""
        return self.encrypted_name or self.name

    @property
    def protection(self) -> Classification:
        """How its values in silver or gold must be protected: a mask leaves what still tells persons apart."""
        return Classification.PERSONAL if self.masking else self.classification or Classification.INTERNAL
