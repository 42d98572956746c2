"""Looks at a table of PostgreSQL: its columns as texts, and its primary key."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts.sources.database import DatabaseSource, Login
from onboarding.entry import opening_entry
from onboarding.questions import Answers, Choice, Question, is_answered
from onboarding.sample import SAMPLE_ROWS, Sample
from tasks.database_login import EntraLogin
from tasks.extract.database.rows import BATCH_BYTES
from tasks.extract.database.snapshot import Snapshot, open_snapshot
from tasks.extract.database.sql import literal, quoted, quoted_path
from tasks.extract.database.statements import text_of
from tasks.extract.database.texts import as_frame

_RELATIONS = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema'
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2
"""


def look_at_database(answers: Answers, values: Mapping[str, str]) -> Sample:
    """Some of the table's rows; if no table is named yet, which there are.

    Raises:
        PipelineError: the database cannot be reached or read.
    """
    unknown = {"keyField": "?", "cursorField": "?", "cursorFormat": None, "table": answers.get("table", "?")}
    source = DatabaseSource.model_validate(opening_entry(answers, **unknown))
    with open_snapshot(source, _url(source, values)) as snapshot:
        if not is_answered(answers, "table"):
            return Sample(questions=(Question("table", "which table or view?", _relations(snapshot)),))
        keys = _primary_key(source.table, snapshot)
        return Sample(_rows(source.table, snapshot), {"keyField": keys[0]} if len(keys) == 1 else {})


def _url(source: DatabaseSource, values: Mapping[str, str]) -> str:
    return EntraLogin(source, values["url"])() if source.login is Login.ENTRA else values["url"]


def _relations(snapshot: Snapshot) -> tuple[Choice, ...]:
    names = [".".join(f'"{part}"' if "." in part else part for part in names) for names in snapshot.fetch(_RELATIONS)]
    return tuple(Choice(name, name) for name in names)


def _primary_key(table: str, snapshot: Snapshot) -> list[str]:
    found = snapshot.fetch(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "  # noqa: S608 - a literal
        f"WHERE i.indisprimary AND i.indrelid = {literal(quoted_path(table))}::regclass"
    )
    return [str(name) for (name,) in found]


def _rows(table: str, snapshot: Snapshot) -> pl.DataFrame:
    path = quoted_path(table)
    types = snapshot.types(f"SELECT * FROM {path}")  # noqa: S608 - quoted
    texts = ", ".join(f"{text_of(name, type_)} AS {quoted(name)}" for name, type_ in types.items())
    batches = snapshot.stream(f"SELECT {texts} FROM {path} t LIMIT {SAMPLE_ROWS}", BATCH_BYTES)  # noqa: S608 - quoted
    nothing = pl.DataFrame(schema=dict.fromkeys(types, pl.String))
    return pl.concat([nothing, *(as_frame(batch).select(types.keys()) for batch in batches)])
