"""Notices that a field is gone from an API's items, as if renamed; that one item lacks it says nothing."""

from __future__ import annotations

import logging
from collections.abc import Collection

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import StructureError
from tasks.extract.api.items import IS_OBJECT, ReadItems

logger = logging.getLogger(__name__)


class FieldsMet:
    """Which of the contract's columns the items of one extraction have, be they null, and how many items there were."""

    def __init__(self, contract: Contract, source: ApiSource) -> None:
        """Nothing met yet."""
        self._source = source
        required = {column.name for column in contract.columns if column.required}
        expected = [name for name in contract.column_names if name not in source.optional_columns]
        self._fields = {name: source.field(name) for name in expected}
        self._required = {self._fields[name] for name in expected if name in required}
        self._required |= {field for field in (source.key_field, source.cursor_field) if field}
        self.begin()

    def begin(self) -> None:
        """Forget all: the source is read anew."""
        self._items = 0
        self._unmet = {*self._fields.values(), *self._required}

    def add(self, items: ReadItems) -> None:
        """Count items; what is no object could not have fields."""
        self._items += int(items.rows[IS_OBJECT].sum())
        self._unmet -= items.fields

    @property
    def columns(self) -> frozenset[str]:
        """The columns that some item had."""
        return frozenset(name for name, field in self._fields.items() if field not in self._unmet)

    def check(self, known_columns: Collection[str]) -> None:
        """Tell which fields are gone, given the columns that earlier loads have met.

        Fewer than `missingFieldRows` items say nothing: a field without a value may be left out. Of that many, some
        have a field that the contract requires (or that is key or time of change), in the first load as in any other.
        Any other field is missed once an earlier load had it; before, its absence is only logged.

        Raises:
            StructureError: fields are gone.
        """
        if self._items < self._source.missing_field_rows:
            return
        known = {field for name, field in self._fields.items() if name in known_columns}
        if gone := sorted(self._unmet & (self._required | known)):
            raise StructureError(
                f"none of {self._items} items of {self._source.name} has {', '.join(gone)}, which the contract "
                "requires or earlier loads had. If it was renamed, mend the contract's fieldPaths; if items may lack "
                "it, its optionalColumns or missingFieldRows"
            )
        if self._unmet:
            absent = ", ".join(sorted(self._unmet))
            logger.warning(
                "none of %d items of %s has %s: right if no item has it yet, else mend the contract's fieldPaths",
                self._items,
                self._source.name,
                absent,
            )
