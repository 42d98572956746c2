"""Everything that changed between two contracts of one dataset, but for what is only said of it.

Descriptions, business names, owners and the like change what people read about the data, and neither the data nor what
sources must keep to: no change here. Adding to what is promised is additive; taking away from it breaks readers, and
asking more of what arrives breaks sources.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.contract import Contract
from contracts.diff.change import READERS, Change
from contracts.diff.lake_changes import role_changes, service_level_changes
from contracts.diff.source_changes import source_changes
from contracts.diff.table_changes import table_changes


def contract_changes(before: Contract, after: Contract) -> tuple[Change, ...]:
    """What became of the first contract in the second, breaking changes first.

    Args:
        before: the dataset's contract at the base.
        after: its contract now.
    """
    found = [
        *_name_change(before, after),
        *table_changes(before, after),
        *source_changes(before, after),
        *role_changes(before, after),
        *service_level_changes(before, after),
    ]
    return tuple(sorted(found, key=lambda change: not change.breaks))


def _name_change(before: Contract, after: Contract) -> Iterator[Change]:
    """Raw's folders and bronze's table bear the dataset's name."""
    if before.name != after.name:
        yield Change("name", f"was {before.name}, is {after.name}", READERS)
