"""The words by which a source says how it writes values, for all of its columns and for single ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from contracts.formats import BLANK_CHARACTERS, BooleanFormat, DateFormat, NumberNotation, TextFormat, TimestampFormat
from contracts.formats.notations import AMOUNT_EXAMPLES
from contracts.formats.texts import Ignored, LetterCase, known_spellings
from contracts.formats.times import TimeEncoding, Zone, time_writing

ISO_DATE = "yyyy-MM-dd"
_LOCAL_TIME = "dd/MM/yyyy HH:mm:ss"
_ANY_YEAR = 2000


def _listed(value: Any) -> Any:  # noqa: ANN401 (whatever the file says)
    return [value] if isinstance(value, str) else value


def _boolean_format(value: Any) -> Any:  # noqa: ANN401 (whatever the file says)
    if isinstance(value, str):
        return BooleanFormat.of(value)
    return BooleanFormat.of(*value) if isinstance(value, list) and all(isinstance(x, str) for x in value) else value


def _notation(value: Any) -> Any:  # noqa: ANN401 (whatever the file says)
    if isinstance(value, NumberNotation):
        return value
    if str(value) not in AMOUNT_EXAMPLES:
        raise ValueError(f"must be one of {', '.join(map(repr, AMOUNT_EXAMPLES))}, or numberFormat in its place")
    return AMOUNT_EXAMPLES[str(value)]


def _compiled(written: tuple[str, ...]) -> tuple[str, ...]:
    for one in written:
        time_writing(one, _ANY_YEAR)
    return written


def _known_zone(name: str) -> str:
    if Zone(name).is_fixed:
        raise ValueError(f"{name} is an offset: say timestampOffset, or the zone's name, such as America/Sao_Paulo")
    return name


TimeWritings = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_compiled), Field(min_length=1)]
"""Patterns and words of `TimeEncoding`, in the order in which they are tried."""
FirstYear = Annotated[int, Field(ge=1000, le=9899)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
Offset = Annotated[str, StringConstraints(pattern="^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
AmountExample = Annotated[NumberNotation, BeforeValidator(_notation)]
BooleanWords = Annotated[BooleanFormat, BeforeValidator(_boolean_format)]
NullTexts = Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], BeforeValidator(_listed)]

TIME_WORDS = {"dateFormat", "timestampFormat", "twoDigitYearsFrom", "timeZone", "timestampOffset"}
NUMBER_WORDS = {"amountFormat", "numberFormat"}
TEXT_WORDS = {"trim", "leadingZerosTo", "values", "ignoring", "letterCase"}
_EITHER = (("time_zone", "timestamp_offset"), ("number_format", "amount_format"))


def require_one_of_each(said: object) -> None:
    """Raise ValueError if one thing is said by two words."""
    for pair in _EITHER:
        if all(getattr(said, name) is not None for name in pair):
            raise ValueError(f"says {' and '.join(map(to_camel, pair))}: give one of the two")


class ColumnFormat(BaseModel):
    """How a source writes the values of one column; what it does not say, the source says of all of its columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    date_ways: TimeWritings | None = Field(default=None, alias="dateFormat")
    timestamp_ways: TimeWritings | None = Field(default=None, alias="timestampFormat")
    two_digit_years_from: FirstYear | None = None
    time_zone: ZoneName | None = None
    timestamp_offset: Offset | None = None
    amount_format: AmountExample | None = None
    number_format: NumberNotation | None = None
    boolean_format: BooleanWords = BooleanFormat()
    null_texts: NullTexts = ()
    trim: bool | Annotated[str, StringConstraints(min_length=1)] = False
    leading_zeros_to: Annotated[int, Field(ge=2, le=40)] | None = None
    values: dict[str, str] = Field(default_factory=dict)
    ignoring: tuple[Ignored, ...] = ()
    letter_case: LetterCase | None = None

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        require_one_of_each(self)
        return self

    @property
    def words(self) -> set[str]:
        """The words that were said, as the contract has them."""
        return {type(self).model_fields[name].alias or name for name in self.model_fields_set}

    def over(self, general: ColumnFormat) -> ColumnFormat:
        """What this says, and what it does not say as the other has it."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        replaced = {other: None for pair in _EITHER for one, other in (pair, pair[::-1]) if one in said}
        return general.model_copy(update=replaced | said)

    @property
    def zone(self) -> str | None:
        """Where its local times are."""
        return self.time_zone or self.timestamp_offset

    @property
    def date_format(self) -> DateFormat | None:
        """How a day is written, None if that is not said; ValueError if a word that it needs is missing."""
        if self.date_ways is None:
            return None
        return DateFormat.of(*self.date_ways, zone=self.zone, two_digit_years_from=self.two_digit_years_from)

    @property
    def timestamp_format(self) -> TimestampFormat:
        """How a point in time is written; ValueError if a word that it needs is missing."""
        ways = self.timestamp_ways or (_LOCAL_TIME if self.zone else TimeEncoding.RFC_3339.value,)
        return TimestampFormat.of(*ways, zone=self.zone, two_digit_years_from=self.two_digit_years_from)

    @property
    def number_notation(self) -> NumberNotation:
        """The signs and separators of a number."""
        return self.number_format or self.amount_format or NumberNotation()

    def text_format(self, known: Iterable[str] = ()) -> TextFormat:
        """How a text is written of which these values are known; ValueError if two of them are spelled alike."""
        return TextFormat(
            null_texts=self.null_texts,
            trim=BLANK_CHARACTERS + (self.trim if isinstance(self.trim, str) else "") if self.trim else "",
            leading_zeros_to=self.leading_zeros_to,
            spellings=known_spellings(self.values, known, self.ignoring),
            ignoring=self.ignoring,
            letter_case=self.letter_case,
        )
