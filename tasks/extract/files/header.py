"""Which columns a file's header names: by any of the declared names, read without case, accents and blanks around."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from contracts.contract import Contract
from contracts.sources.csv_dialect import folded
from contracts.sources.files import FilesSource
from tasks.errors import StructureError
from tasks.extract.undeclared import own_name


class HeaderNames:
    """The names that a source's files may have in their headers."""

    def __init__(self, contract: Contract, source: FilesSource) -> None:
        """Note every column's names."""
        self._columns = {folded(name): column for column in contract.column_names for name in source.fields(column)}
        self._ignored = frozenset(map(folded, source.ignored_fields))
        self._first_names = {column: source.field(column) for column in contract.column_names}
        self._required = [column for column in contract.column_names if column not in source.optional_columns]

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """The place of each column that the header names."""
        found = {self._columns.get(folded(name)): place for place, name in enumerate(header)}
        return {column: place for column, place in found.items() if column}

    def fits(self, header: Sequence[str]) -> bool:
        """Whether the header names every column that has to be there."""
        return self.places(header).keys() >= set(self._required)

    def undeclared(self, header: Sequence[str]) -> dict[str, int]:
        """The place of each column that the contract does not know, by a name of its own: `Obs (2)`, `column 7`."""
        found: dict[str, int] = {}
        for place, written in enumerate(header):
            name = written.replace("\ufeff", "").strip() or f"column {place + 1}"
            if folded(name) not in self._columns.keys() | self._ignored:
                found[own_name(name, {*found, *self._first_names})] = place
        return found

    def check(self, header: Sequence[str], file_name: str) -> None:
        """Raise StructureError unless the header names every required column, and each column once.

        Unknown names, one of which may be a missing column misspelt, are told only if the line is recognizably a
        header: elsewhere they are a customer's data.
        """
        places = self.places(header)
        if not places:
            names = ", ".join(sorted(self._first_names[column] for column in self._required))
            raise StructureError(f"the first line of {file_name} names none of the columns {names}")
        counts = Counter(column for name in header if (column := self._columns.get(folded(name))))
        missing = [self._first_names[column] for column in self._required if column not in places]
        unknown = [name for name in header if folded(name) not in self._columns.keys() | self._ignored]
        twice = [self._first_names[column] for column, count in counts.items() if count > 1]
        problems = [
            f"{what} {', '.join(repr(name) for name in sorted(set(which)))}"
            for what, which in (("lacks column", missing), ("has an unknown column", unknown), ("names twice", twice))
            if which
        ]
        if missing or twice:
            raise StructureError(f"{file_name} {'; '.join(problems)}; correct its header or the contract")
