"""What a contract must not contradict itself in, beyond the shape of its sections."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from contracts.model import Contract, Masking, Source, SourceKind
from contracts.problems import Problems

NAMES = {"column": "[a-z][a-z0-9_]*", "source": "[a-z0-9]+(-[a-z0-9]+)*"}
"""Patterns of names: a source's is also a Prefect block document's, so lower-case letters, digits and dashes."""

NEEDED = {
    SourceKind.DATABASE: ("table", "key_field", "cursor_field"),
    SourceKind.API: ("path", "key_field", "cursor_field", "page_rows"),
    SourceKind.FILES: (),
}


def note_inconsistencies(contract: Contract, problems: Problems) -> None:
    """Note every contradiction: names unknown, twice or misspelled, masks without a name, sources lacking a part."""
    _note_names(contract, problems)
    _note_unknown_columns(contract, problems)
    for index, column in enumerate(contract.columns):
        if (column.masking is Masking.KEYED_HASH) != (column.encrypted_name is not None):
            reason = f"{column.name} needs both encryptedName and masking keyed_hash, or neither"
            problems.add(f"schema[0].properties[{index}]", reason)
    for index, source in enumerate(contract.sources):
        _note_source(source, f"servers[{index}]", contract, problems)
    if not contract.sources:
        problems.add("servers", "must name at least one source")


def _note_names(contract: Contract, problems: Problems) -> None:
    for where, what, names in (
        ("schema[0].properties", "column", contract.column_names),
        ("servers", "source", [source.name for source in contract.sources]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                problems.add(where, f"{what} {name} is there {count} times")
            if not re.fullmatch(NAMES[what], name):
                problems.add(where, f"{what} {name} must match {NAMES[what]}")
    for label, count in Counter(rule.label for rule in contract.rules).items():
        if count > 1:
            problems.add("schema[0].properties", f"rule {label} is there {count} times")


def _note_unknown_columns(contract: Contract, problems: Problems) -> None:
    def note(where: str, names: Iterable[str], known: Iterable[str]) -> None:
        for name in sorted(set(names) - set(known)):
            problems.add(where, f"names the unknown column {name}")

    dataset = "schema[0].customProperties"
    note(f"{dataset}.dedupeKey", contract.dedupe_key, contract.column_names)
    note(f"{dataset}.clusterBy", contract.clustering, contract.column_names)
    note(f"{dataset}.latestBy", [contract.latest_by], contract.column_names)
    for index, table in enumerate(contract.gold_tables, start=1):
        names = [column.name for column in table.columns]
        note(f"schema[{index}].customProperties.dedupeKey", table.key, names)
        note(f"schema[{index}].customProperties.clusterBy", table.clustering, names)


def _note_source(source: Source, path: str, contract: Contract, problems: Problems) -> None:
    for name in NEEDED[source.kind]:
        if getattr(source, name) is None:
            problems.add(f"{path}.customProperties", f"source {source.name} of kind {source.kind} needs {_camel(name)}")
    if source.kind is SourceKind.API and "key" not in source.connection:
        problems.add(f"{path}.customProperties.connection", f"source {source.name} of kind api needs a key")
    for name in sorted({*source.field_paths, *source.optional_columns} - set(contract.column_names)):
        problems.add(f"{path}.customProperties", f"source {source.name} names the unknown column {name}")


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
