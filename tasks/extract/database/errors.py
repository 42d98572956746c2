"""Says what PostgreSQL's errors mean: tried again, mended by somebody, or the fault of single rows.

PostgreSQL's code alone decides (https://www.postgresql.org/docs/current/errcodes-appendix.html). Its messages and
details may quote values of rows and are never passed on; a code is told with the name of its condition.
"""

from __future__ import annotations

from contracts.sources.database import DatabaseSource
from tasks.errors import (
    AccessRefused,
    MisconfiguredError,
    PipelineError,
    ReadingStopped,
    SourceUnavailable,
    StructureError,
)

_CONDITIONS = {
    "08006": "connection_failure",
    "21000": "cardinality_violation",
    "22003": "numeric_value_out_of_range",
    "22007": "invalid_datetime_format",
    "22008": "datetime_field_overflow",
    "22012": "division_by_zero",
    "22021": "character_not_in_repertoire",
    "22023": "invalid_parameter_value",
    "22032": "invalid_json_text",
    "22P02": "invalid_text_representation",
    "22P03": "invalid_binary_representation",
    "22P05": "untranslatable_character",
    "25P03": "idle_in_transaction_session_timeout",
    "25P04": "transaction_timeout",
    "28000": "invalid_authorization_specification",
    "3F000": "invalid_schema_name",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "42501": "insufficient_privilege",
    "42703": "undefined_column",
    "42804": "datatype_mismatch",
    "42846": "cannot_coerce",
    "42883": "undefined_function",
    "42P01": "undefined_table",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "54000": "program_limit_exceeded",
    "54001": "statement_too_complex",
    "55000": "object_not_in_prerequisite_state",
    "55P03": "lock_not_available",
    "57014": "query_canceled",
    "57P01": "admin_shutdown",
    "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now",
    "57P05": "idle_session_timeout",
    "58030": "io_error",
    "P0001": "raise_exception",
    "XX000": "internal_error",
    "XX001": "data_corrupted",
    "XX002": "index_corrupted",
}
_CLASSES = {
    "08": "connection exception",
    "0A": "feature not supported",
    "22": "data exception",
    "25": "invalid transaction state",
    "28": "invalid authorization",
    "2F": "SQL routine exception",
    "38": "external routine exception",
    "39": "external routine invocation exception",
    "40": "transaction rollback",
    "42": "syntax error or access rule violation",
    "53": "insufficient resources",
    "54": "program limit exceeded",
    "55": "object not in prerequisite state",
    "57": "operator intervention",
    "58": "system error",
    "HV": "foreign data wrapper error",
    "P0": "PL/pgSQL error",
    "XX": "internal error",
}
_TRANSIENT = ("08", "40", "53", "55P03", "55006", "57", "58", "72", "25P03", "25P04", "HV00N")
_OF_ROWS = ("21", "22", "2F", "38", "39", "54", "HV", "P0", "XX")
_ACCESS = ("28", "42501")
_NO_TABLE = ("42P01", "3F000")
_CANCELED = "57014"
_TOO_LONG = (_CANCELED, "25P04", "40001")
"""Time limits; and a replica that has to replay what a long reading holds up says that the reading is to blame."""
NO_TEXT = ("22021", "22P05")
"""Codes of characters that cannot be written in the encoding that is asked for."""


class UnreadableRows(StructureError):
    """Raised when PostgreSQL cannot compute or write some row of a statement; `sqlstate` says why."""

    def __init__(self, message: str, sqlstate: str) -> None:
        """Keep the code, by which the row's fault is told once the row is found."""
        super().__init__(message)
        self.sqlstate = sqlstate


def condition(sqlstate: str) -> str:
    """The code with the name of its condition, or of its class.

    >>> condition("22012")
    'division_by_zero (SQLSTATE 22012)'
    """
    name = _CONDITIONS.get(sqlstate) or _CLASSES.get(sqlstate[:2]) or "an error"
    return f"{name} (SQLSTATE {sqlstate})"


def statement_error(source: DatabaseSource, sqlstate: str | None, *, is_connected: bool) -> PipelineError:
    """What a failed statement means, by its code; without one, by whether the connection outlived it."""
    failed = f"reading {source.table} of {source.name} failed"
    if sqlstate is None and is_connected:
        return StructureError(f"{failed}: the driver does not understand what the server sends; report it")
    if sqlstate is None:
        return SourceUnavailable(f"{failed}: the connection was lost; run again")
    told = condition(sqlstate)
    if sqlstate == _CANCELED:
        hint = "if the user's statement_timeout is the reason, allow it longer; run again"
        return ReadingStopped(f"{failed}: the server stopped the statement, {told}; {hint}")
    if sqlstate.startswith(_TRANSIENT):
        kind = ReadingStopped if sqlstate in _TOO_LONG else SourceUnavailable
        return kind(f"{failed}: {told}; run again")
    return _lasting_error(source, sqlstate, failed, told)


def _lasting_error(source: DatabaseSource, sqlstate: str, failed: str, told: str) -> PipelineError:
    if sqlstate in _NO_TABLE:
        return MisconfiguredError(f"{source.name} has no table {source.table}: {told}; create it or mend the contract")
    if sqlstate.startswith(_ACCESS):
        return AccessRefused(f"{source.name} does not let the user read {source.table}: {told}; grant SELECT on it")
    if sqlstate.startswith(_OF_ROWS):
        return UnreadableRows(f"{failed}: {told}; mend the rows or the view", sqlstate)
    return StructureError(f"{failed}: {told}; mend the table or view, or the contract")
