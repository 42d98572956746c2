"""Writes a source's entry under `servers` from its words, in the order in which contracts have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DATABASE, API, FILES = "postgres", "api", "local"
"""The kinds of sources, by ODCS's words."""

_STANDARD = ("server", "type", "description", "location", "path", "format", "host", "port", "database")
_CUSTOM = (
    *("connection", "authentication", "method", "parameters", "body", "rowsField", "paging", "pageRows"),
    *("login", "table", "keyField", "cursorField", "cursorFormat", "incremental", "overlapSeconds", "overlapNumbers"),
    *("lookBack", "deletedWhen", "snapshot", "maxDeletedRatio", "shards"),
    *("missingFieldRows", "dateFormat", "timestampFormat", "twoDigitYearsFrom", "timeZone"),
    *("timestampOffset", "amountFormat", "numberFormat", "booleanFormat", "nullTexts", "columnFormats"),
    *("optionalColumns", "ignoredFields", "listedDays", "moveLandedTo", "dialect", "expectedFiles", "resources"),
    "fieldPaths",
)
_NO_WORDS = {"dataset", "write"}
"""What is answered and stands in no entry."""


_OF_COLUMNS = ("fieldPaths", "optionalColumns", "columnFormats", "ignoredFields", "expectedFiles")
"""Words by which a source is not opened, and which may not be whole yet."""


def opening_entry(answers: Mapping[str, Any], **unknown: object) -> dict[str, Any]:
    """The entry by which a source can be looked at before all of it is known; `unknown` words are said in its stead."""
    return entry({**answers, **dict.fromkeys(_OF_COLUMNS), **unknown})


def entry(words: Mapping[str, Any]) -> dict[str, Any]:
    """The entry that says these words; those without a value are left out, unknown ones stand at the end.

    >>> entry({"keyField": "id", "server": "till", "type": "postgres", "connection": {"url": "TILL_URL"}})["host"]
    '${TILL_URL}'
    """
    said = {word: value for word, value in words.items() if value not in (None, {}, []) and word not in _NO_WORDS}
    if said.get("type") == DATABASE:
        url = f"${{{said['connection']['url']}}}"
        said = {"host": url, "port": 5432, "database": url, **said}
    if said.get("type") == FILES:
        said = {"format": "csv", **said}
    names = [word for word in (*_CUSTOM, *(said.keys() - {*_CUSTOM, *_STANDARD})) if word in said]
    customs = [{"property": name, "value": said[name]} for name in names]
    return {**{word: said[word] for word in _STANDARD if word in said}, "customProperties": customs}
