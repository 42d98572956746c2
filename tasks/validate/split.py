"""Splits a chunk into the rows that keep the landing rules and those that don't, with every rule they break."""

from __future__ import annotations

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from tasks.errors import StructureError
from tasks.extract.chunks import FAULT

REASONS = "_reasons"
MALFORMED = "row: malformed"
"""Label of what a row with a fault breaks, in place of rules: it has no values that could keep or break any."""

_STRUCTURE = {
    SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME: "is missing",
    SchemaErrorReason.COLUMN_NOT_IN_SCHEMA: "is not in the contract",
    SchemaErrorReason.WRONG_DATATYPE: "does not hold text",
}


@dataclass(frozen=True)
class Validated:
    """A chunk's rows in their order: `accepted` as they came, `rejected` with `_reasons`, a list of rule labels."""

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def validate(chunk: pl.DataFrame, schema: pa.DataFrameSchema) -> Validated:
    """Every row of the chunk in exactly one of the two frames; columns that start with `_` are not validated.

    Raises:
        StructureError: a column is missing, unknown or not text.
    """
    verdicts = _verdicts(chunk.select(pl.exclude("^_.*$")), schema)
    is_accepted = chunk.select(pl.all_horizontal(pl.col(FAULT).is_null(), *verdicts.values())).to_series()
    broken = [pl.when(~verdict.filter(~is_accepted)).then(pl.lit(label)) for label, verdict in verdicts.items()]
    reasons = pl.concat_list(broken).list.drop_nulls() if broken else pl.lit([], pl.List(pl.String))
    reasons = pl.when(pl.col(FAULT).is_not_null()).then(pl.lit([MALFORMED])).otherwise(reasons)
    rejected = chunk.filter(~is_accepted).with_columns(reasons.alias(REASONS))
    return Validated(accepted=chunk.filter(is_accepted), rejected=rejected)


def _verdicts(rows: pl.DataFrame, schema: pa.DataFrameSchema) -> dict[str, pl.Series]:
    """For every rule that at least one row breaks, by its label, whether each row keeps it."""
    try:
        # pandera's own switches in the environment must not turn validation off
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema.validate(rows, lazy=True)
    except SchemaErrors as errors:
        return dict(_verdict(error) for error in _rule_errors(errors.schema_errors))
    return {}


def _rule_errors(errors: list[SchemaError]) -> list[SchemaError]:
    """The errors that a rule gave; pandera's own texts quote rows, so none of them is passed on."""
    structure = [error for error in errors if error.reason_code in _STRUCTURE]
    if structure:
        raise StructureError("; ".join(sorted(map(_structure_problem, structure)))) from None
    for error in errors:
        if error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK:
            raise StructureError(f"validation failed with {error.reason_code}") from None
    return errors


def _structure_problem(error: SchemaError) -> str:
    column = error.schema.name if error.reason_code is SchemaErrorReason.WRONG_DATATYPE else error.failure_cases
    return f"column {column} {_STRUCTURE[error.reason_code]}"


def _verdict(error: SchemaError) -> tuple[str, pl.Series]:
    return error.check.name, error.check_output.to_series()
