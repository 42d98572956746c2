"""Which members of an API's item the contract does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tasks.extract.api.json_text import Fields


def undeclared_members(item: object, fields: Collection[str], path: str = "") -> Iterator[tuple[str, object]]:
    """The dotted place and the value of each member that neither is one of the fields nor leads to one.

    Half a character, which JSON can escape and no text can hold, is shown by its code.

    >>> list(undeclared_members(Fields({"id": "7", "buyer": Fields({"cpf": "", "age": "30"})}), ["id", "buyer.cpf"]))
    [('buyer.age', '30')]
    """
    for name, value in item.items() if isinstance(item, Fields) else ():
        place = f"{path}.{name}" if path else name
        if any(field.startswith(f"{place}.") for field in fields):
            yield from undeclared_members(value, fields, place)
        elif place not in fields:
            yield place.encode(errors="backslashreplace").decode(), value
