"""Data quality as a contract states it (ODCS section Data Quality), read as rules of rows and as checks of whole sets.

`nullValues`, `missingValues` or `invalidValues` that `mustBe: 0` is a rule of every row: a row that breaks it is set
aside. With any other threshold, and always with `rowCount` and `duplicateValues`, it is a check of a load or of a
table: where it fails, the run does, and no row is set aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from open_data_contract_standard.model import DataQuality
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from contracts.odcs import Custom, OdcsModel
from contracts.rules import Severity, Stage

OptionWord = Literal[
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
]
OPTIONS: tuple[OptionWord, ...] = get_args(OptionWord)
"""The words of `logicalTypeOptions` that say which values are valid; each is a rule, by default of that name."""


class Metric(StrEnum):
    """What is counted (ODCS section Data Quality, Library)."""

    NULL_VALUES = "nullValues"
    MISSING_VALUES = "missingValues"
    INVALID_VALUES = "invalidValues"
    DUPLICATE_VALUES = "duplicateValues"
    ROW_COUNT = "rowCount"


OF_ROWS = (Metric.NULL_VALUES, Metric.MISSING_VALUES, Metric.INVALID_VALUES)
"""Metrics that look at one row after the other."""


_WHOLE_PERCENT = 100


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class PlainCheck(_Part):
    """A check that the standard has no word for, without parameters."""

    check: Literal["cpf", "luhn"]


class DateBetweenCheck(_Part):
    """A plausible date: not before `earliest`, and not more than `daysAhead` days after it was ingested."""

    check: Literal["date_between"]
    earliest: date
    days_ahead: int = Field(ge=0)


class OptionCheck(_Part):
    """The column's own `logicalTypeOptions` of that word, which thereby gets a name, a severity or a stage."""

    check: OptionWord


Implementation = Annotated[PlainCheck | DateBetweenCheck | OptionCheck, Field(discriminator="check")]
"""What a rule of `engine: datamaster` checks."""


class Arguments(_Part):
    """`arguments` of a metric: which values are valid or missing, or the columns that must not repeat together."""

    valid_values: Annotated[tuple[Any, ...], Field(min_length=1)] | None = None
    pattern: str | None = None
    missing_values: tuple[Any, ...] = ()
    properties: tuple[str, ...] = ()


def runnable(entries: Any) -> Any:  # noqa: ANN401 (whatever YAML holds)
    """The entries of `quality` that are more than text."""
    if not isinstance(entries, list):
        return entries
    return [entry for entry in entries if not (isinstance(entry, dict) and entry.get("type") == "text")]


@dataclass(frozen=True)
class Threshold:
    """What a count must be: the standard's operator and its value or its two."""

    operator: str
    values: tuple[Decimal, ...]

    def holds(self, count: Decimal | int) -> bool:
        """Whether the count is as it must be.

        >>> Threshold("mustBeBetween", (Decimal(1), Decimal(5))).holds(5)
        True
        """
        first, last = self.values[0], self.values[-1]
        return {
            "mustBe": count == first,
            "mustNotBe": count != first,
            "mustBeGreaterThan": count > first,
            "mustBeGreaterOrEqualTo": count >= first,
            "mustBeLessThan": count < first,
            "mustBeLessOrEqualTo": count <= first,
            "mustBeBetween": first <= count <= last,
            "mustNotBeBetween": not first <= count <= last,
        }[self.operator]

    def __str__(self) -> str:
        """As the contract says it: `mustBeLessThan 5`."""
        return f"{self.operator} {' and '.join(f'{value:f}' for value in self.values)}"


Range = tuple[Decimal, Decimal] | None


class Quality(OdcsModel):
    """One entry of `quality` that something runs; those of type `text` only say something to people."""

    standard: ClassVar = DataQuality

    name: str | None = None
    type: Literal["library", "custom"] = "library"
    metric: Metric | None = None
    arguments: Arguments = Arguments()
    must_be: Decimal | None = None
    must_not_be: Decimal | None = None
    must_be_greater_than: Decimal | None = None
    must_be_greater_or_equal_to: Decimal | None = None
    must_be_less_than: Decimal | None = None
    must_be_less_or_equal_to: Decimal | None = None
    must_be_between: Range = None
    must_not_be_between: Range = None
    unit: Literal["rows", "percent"] = "rows"
    engine: Literal["datamaster"] | None = None
    implementation: Implementation | None = None
    severity: Severity = Severity.ERROR
    stage: Stage = Custom("stage", default=Stage.SILVER)

    @model_validator(mode="before")
    @classmethod
    def _metric_by_its_older_word(cls, content: Any) -> Any:  # noqa: ANN401 (whatever YAML holds)
        """`rule` is what ODCS before 3.1 called `metric`."""
        if isinstance(content, dict) and "metric" not in content and isinstance(content.get("rule"), str):
            return {**content, "metric": content["rule"]}
        return content

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.type == "library" and self.metric is None:
            raise ValueError(f"needs a metric: {', '.join(Metric)}")
        if self.type == "custom" and (self.engine is None or self.implementation is None):
            raise ValueError("needs engine datamaster and an implementation with its check")
        if self.metric and len(self._thresholds) != 1:
            raise ValueError("needs one operator, such as mustBe or mustBeLessThan, and no more")
        if self.metric is Metric.ROW_COUNT and self.unit == "percent":
            raise ValueError("counts rows in percent, of what?")
        if self.type == "custom" and self._thresholds not in ([], [Threshold("mustBe", (Decimal(0),))]):
            raise ValueError("is a rule of every row, which has no operator but mustBe: 0")
        if self.unit == "percent" and any(max(threshold.values) > _WHOLE_PERCENT for threshold in self._thresholds):
            raise ValueError("has more than 100 percent")
        if any(threshold.values != tuple(sorted(threshold.values)) for threshold in self._thresholds):
            raise ValueError("has bounds of which the first is the greater one")
        return self

    @property
    def _thresholds(self) -> list[Threshold]:
        operators = {
            name: value for name, value in vars(self).items() if name.startswith("must_") and value is not None
        }
        return [
            Threshold(to_camel(name), value if isinstance(value, tuple) else (value,))
            for name, value in operators.items()
        ]

    @property
    def threshold(self) -> Threshold:
        """What the metric's count must be."""
        return self._thresholds[0]

    @property
    def is_of_rows(self) -> bool:
        """Whether it is a rule that each row keeps or breaks."""
        return self.type == "custom" or (self.metric in OF_ROWS and self.must_be == 0)

    @property
    def rule_name(self) -> str:
        """Its name, by default the metric's or the check's."""
        return self.name or self.metric or (self.implementation.check if self.implementation else self.type)


Qualities = Annotated[tuple[Quality, ...], BeforeValidator(runnable)]
"""The rules and checks among the entries of `quality`."""
