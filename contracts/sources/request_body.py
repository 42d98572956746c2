"""Puts values at dotted places of a JSON body."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any


def with_values(body: Mapping[str, Any], values: Mapping[str, str | int]) -> dict[str, Any]:
    """A copy of the body with the values at these places; objects that are not there are made, lists are not.

    Raises:
        ValueError: a place leads through what is neither an object nor the number of a list's element.

    >>> with_values({"filters": [{"op": "GTE"}]}, {"filters.0.value": 7, "page.size": 100})
    {'filters': [{'op': 'GTE', 'value': 7}], 'page': {'size': 100}}
    """
    filled: dict[str, Any] = deepcopy(dict(body))
    for place, value in values.items():
        *steps, last = place.split(".")
        owner: Any = filled
        for step in steps:
            owner = owner.setdefault(step, {}) if isinstance(owner, dict) else owner[_number(owner, step, place)]
        if isinstance(owner, dict):
            owner[last] = value
        else:
            owner[_number(owner, last, place)] = value
    return filled


def _number(owner: Any, step: str, place: str) -> int:  # noqa: ANN401 (any JSON)
    if not (isinstance(owner, list) and step.isdecimal() and int(step) < len(owner)):
        raise ValueError(f"{place} leads nowhere in the body: {step} is in no object and no element of a list")
    return int(step)
