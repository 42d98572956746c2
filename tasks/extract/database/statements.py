"""Renders the statements that read a table, each value as PostgreSQL writes it.

No statement has parameters: these would make the driver fetch the whole result at once instead of streaming it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.database import DatabaseSource, DeletedWhen
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, DELETED, KEY, LOCATION, Window
from tasks.extract.database.cursors import Scale, scale_of
from tasks.extract.database.sql import column, literal, quoted, quoted_path, time_literal
from tasks.extract.shards import Place, Shard
from tasks.extract.undeclared import is_ignored

_RFC3339 = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
_FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
WHOLE = Shard()


class Query:
    """The rows of a window, each value as PostgreSQL writes it.

    Attributes:
        key: the expression of a row's key.
        cursor: the expression of its time of change.
        undeclared: the table's columns that the contract does not know.
        columns: the expression of each of the chunk's columns, of key, time and location, by name.
        shard: which of the window's rows to read.
        window: the condition of rows within window and shard, None for all.
        is_guarded: whether some row's time cannot be read, so that it must not be looked at.
    """

    def __init__(
        self,
        contract: Contract,
        source: DatabaseSource,
        types: Mapping[str, str],
        window: Window,
        shard: Shard = WHOLE,
    ) -> None:
        """Map the contract's columns to those of the table.

        Args:
            contract: which columns to read.
            source: the table, and what its columns are called.
            types: the Arrow types of the table's columns.
            window: which rows to read.
            shard: which of these.

        Raises:
            StructureError: the table lacks a column.
        """
        fields = _present_fields(contract, source, types)
        others = types.keys() - {*fields.values(), *_own_fields(source)}
        self.undeclared = frozenset(name for name in others if not is_ignored(source, name))
        self.is_guarded = False
        self._types = types
        self._table = f"{quoted_path(source.table)} t"
        self.key, self.cursor = column(source.key_field), column(source.cursor_field)
        self._scale = scale_of(source, types[source.cursor_field])
        calendar = _calendar(source, self._scale)
        self.shard, self.window = shard, self._in_window(window, shard, calendar)
        self.columns = {name: text_of(field, types[field]) for name, field in fields.items()}
        self.columns[KEY] = f"{self.key}::text"
        self._has_place = f"{self.cursor} BETWEEN {calendar[0]} AND {calendar[1]}"
        self.columns[CURSOR] = f"CASE WHEN {self._has_place} THEN {self._scale.time(self.cursor)} END"
        self.columns[LOCATION] = f"{literal(f'{source.key_field} ')} || {self.key}::text"
        if source.deleted_when:
            self.columns[DELETED] = _is_deleted(source.deleted_when)

    def read_also(self, fields: Iterable[str]) -> None:
        """Read these columns of the table, too: as one JSON object `_undeclared` of texts without nulls."""
        values = ", ".join(f"{text_of(field, self._types[field])} AS {quoted(field)}" for field in sorted(fields))
        if values:
            members = f"json_strip_nulls((SELECT row_to_json(u) FROM (SELECT {values}) u))::text"  # noqa: S608 - quoted
            self.columns[UNDECLARED] = f"nullif({members}, '{{}}')"

    def rows(self, names: Iterable[str], condition: str | None) -> str:
        """The statement that reads these columns of the rows that keep a condition."""
        return self.select(", ".join(f"{self.columns[name]} AS {quoted(name)}" for name in names), condition)

    def in_order(self, condition: str | None) -> str:
        """The statement that reads all columns of the rows that keep a condition, the oldest change first."""
        return f"{self.rows(self.columns, condition)} ORDER BY {self.cursor}, {self.key}"

    def select(self, columns: str, condition: str | None) -> str:
        """The statement that reads these expressions of the rows that keep a condition."""
        return f"SELECT {columns} FROM {self._table}{f' WHERE {condition}' if condition else ''}"  # noqa: S608 - quoted

    def span(self) -> str:
        """The statement that finds the first and the last time of change of the window's rows that have a place."""
        ends = ", ".join(self._scale.time(f"{end}({self.cursor})") for end in ("min", "max"))
        return self.select(ends, self.within(self._has_place))

    def extent(self) -> str:
        """The statement that counts the window's rows that have a place, and finds the time of the last change."""
        last = self._scale.time(f"max({self.cursor})")
        return self.select(f"count(*), {last}", self.within(self._has_place))

    def ends_of_parts(self, parts: int, share: float) -> str:
        """The statement that finds the last cursor and key, as texts, of so many equal parts of a share of the rows."""
        order = f"ORDER BY {self.cursor}, {self.key}"
        numbered = f"{self.cursor} AS c, {self.key} AS k, ntile({parts}) OVER ({order}) AS part"
        sample = f"{self.within(self._has_place)} AND random() < {share}"
        rows = self.select(numbered, sample)
        return f"SELECT DISTINCT ON (part) c::text, k::text FROM ({rows}) s ORDER BY part, c DESC, k DESC"  # noqa: S608

    def middle(self, column: str, condition: str) -> str:
        """The statement that finds a column's middle value, null for none, and how many it has, null included."""
        values = self.select(f"DISTINCT {column} AS v", condition)
        return f"SELECT (percentile_disc(0.5) WITHIN GROUP (ORDER BY v))::text, count(*) FROM ({values}) s"  # noqa: S608

    def within(self, condition: str) -> str:
        """The condition of rows that keep a condition and lie in the window; guarded, no other row's time is read."""
        if self.window is None:
            return condition
        window = f"CASE WHEN {condition} THEN {self.window} ELSE false END" if self.is_guarded else self.window
        return f"{condition} AND {window}"

    def _in_window(self, window: Window, shard: Shard, calendar: tuple[str, str]) -> str | None:
        """Times are compared with the column as it is, so that an index of it serves."""
        bounds = ((">=", window.since), ("<", window.until))
        conditions = [f"{self.cursor} {operator} {self._scale.value(time)}" for operator, time in bounds if time]
        conditions += self._in_shard(shard)
        if not conditions:
            return None
        first, last = calendar
        if shard.after:
            return f"({' AND '.join(conditions)} AND {self.cursor} <= {last})"
        timeless = f"{self.cursor} IS NULL OR {self.cursor} < {first} OR {self.cursor} > {last}"
        return f"({' AND '.join(conditions)} OR {timeless})"

    def _in_shard(self, shard: Shard) -> list[str]:
        """The cursor is compared by itself too, for an index of it; a key that is null counts as the last of its time.

        So each row is behind a place or is not, and never neither.
        """
        conditions = []
        if shard.after:
            conditions += [f"{self.cursor} >= {literal(shard.after.cursor)}", f"({self._behind(shard.after)})"]
        if shard.upto:
            conditions += [f"{self.cursor} <= {literal(shard.upto.cursor)}", f"NOT ({self._behind(shard.upto)})"]
        return conditions

    def _behind(self, place: Place) -> str:
        """The condition of rows that have a cursor and stand behind a place, never null."""
        cursor = literal(place.cursor)
        if place.key is None:
            return f"{self.cursor} > {cursor}"
        later_key = f"{self.key} IS NULL OR {self.key} > {literal(place.key)}"
        return f"{self.cursor} > {cursor} OR {self.cursor} = {cursor} AND ({later_key})"


def readable_statement(source: DatabaseSource, fields: Iterable[str]) -> str:
    """The statement that reads which of the table's columns the login may read: a grant may name columns."""
    names = ", ".join(map(literal, sorted(fields)))
    may_read = f"has_column_privilege({literal(quoted_path(source.table))}::regclass, name, 'SELECT')"
    return f"SELECT name FROM unnest(ARRAY[{names}]) name WHERE {may_read}"  # noqa: S608 - quoted


def keys_statement(contract: Contract, source: DatabaseSource, types: Mapping[str, str]) -> str:
    """The statement that reads the columns of the dataset's key of all rows, as `Query` reads them.

    Raises:
        StructureError: the table lacks a column.
    """
    fields = _present_fields(contract, source, types)
    names = [column.name for column in contract.table.key_columns]
    columns = ", ".join(f"{text_of(fields[name], types[fields[name]])} AS {quoted(name)}" for name in names)
    return f"SELECT {columns} FROM {quoted_path(source.table)} t"  # noqa: S608 - quoted


def _present_fields(contract: Contract, source: DatabaseSource, types: Mapping[str, str]) -> dict[str, str]:
    fields = {name: source.field(name) for name in contract.column_names}
    absent = {name: field for name, field in fields.items() if field not in types}
    missing = {field for name, field in absent.items() if name not in source.optional_columns}
    missing |= _own_fields(source) - types.keys()
    if missing:
        raise StructureError(
            f"table {source.table} of {source.name} has no column {', '.join(sorted(missing))}; "
            "add it to the table or mend the contract's fieldPaths"
        )
    return {name: field for name, field in fields.items() if name not in absent}


def _own_fields(source: DatabaseSource) -> set[str]:
    """The fields that are read though they need not be a column's."""
    marks = {source.deleted_when.field} if source.deleted_when else set()
    return {source.key_field, source.cursor_field, *marks}


def _calendar(source: DatabaseSource, scale: Scale) -> tuple[str, str]:
    """The first and the last time that a watermark can be: it stays one when the overlap is taken from it."""
    return scale.value(_FIRST_DAY + source.overlap), scale.value(_LAST_DAY)


def _is_deleted(when: DeletedWhen) -> str:
    field = column(when.field)
    if not when.values:
        return f"{field} IS NOT NULL"
    return f"coalesce({field}::text IN ({', '.join(map(literal, when.values))}), false)"


def text_of(field: str, arrow_type: str) -> str:
    """The expression of a column of the table `t` as text, a time as RFC 3339."""
    name = column(field)
    if not arrow_type.startswith("timestamp"):
        return f"{name}::text"
    # to_char gives null for infinity, and would write a year before Christ as one after
    written = f"coalesce(to_char({name}, {_RFC3339}), {name}::text)"
    return f"CASE WHEN {name} >= {time_literal(_FIRST_DAY)} THEN {written} ELSE {name}::text END"
