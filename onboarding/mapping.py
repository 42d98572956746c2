"""Finds the source's own field of each column by its name, without regard to case, accents and signs between words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from contracts.contract import Contract
from contracts.sources.csv_dialect import folded


def plain(name: str) -> str:
    """A name without what systems write differently.

    >>> plain("Data da Operação"), plain("purchase_date"), plain("buyer.firstName")
    ('datadaoperacao', 'purchasedate', 'buyerfirstname')
    """
    return re.sub(r"[\W_]", "", folded(name))


def names_of_columns(contract: Contract) -> dict[str, tuple[str, ...]]:
    """The names that each column is known by: its own, then those that the dataset's sources have for it."""
    known = {name: [name] for name in contract.column_names}
    for source in contract.sources:
        for name, names in known.items():
            names += [field for field in source.fields(name) if field not in names]
    return {name: tuple(names) for name, names in known.items()}


def proposed_fields(names: Mapping[str, Sequence[str]], fields: Iterable[str]) -> dict[str, str]:
    """The field of each column of which just one field has the name; a dotted field also by its last part.

    Args:
        names: the names of each column, the column's own first.
        fields: what the source calls its fields.

    >>> proposed_fields({"cpf": ["cpf"], "first_name": ["first_name"]}, ["buyer.CPF", "FirstName", "total"])
    {'cpf': 'buyer.CPF', 'first_name': 'FirstName'}
    """
    free, found = list(fields), dict[str, str]()
    for column, known in names.items():
        for field in _candidates(known, free):
            found[column] = field
            free.remove(field)
    return {column: found[column] for column in names if column in found}


def _candidates(known: Sequence[str], fields: Sequence[str]) -> list[str]:
    """The one field that has one of the names; none if several have."""
    whole = [field for field in fields if plain(field) in set(map(plain, known))]
    if len(whole) == 1:
        return whole
    last = [field for field in fields if plain(field.rpartition(".")[2]) == plain(known[0])]
    return last if len(last) == 1 and not whole else []
