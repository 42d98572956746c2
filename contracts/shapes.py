"""How a value is shown that breaks a rule: by its shape, which tells what is wrong with it and not whose it is."""

from __future__ import annotations

from collections.abc import Mapping

SAMPLES = 3
"""As many shapes of a rule's values are kept of a load or run."""

SHAPE_CHARACTERS = 40

REPLACEMENTS = ((r"\p{N}", "9"), (r"\p{Lu}", "A"), (r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]", "a"))
"""What stands for a digit, an upper-case letter and any other, one after the other: patterns that all engines read.

>>> import re
>>> re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "9", "Ana 529.982")))
'Aaa 999.999'
"""

Samples = Mapping[str, tuple[str, ...]]
"""Shapes by the label of the rule that the values break; a value that is missing has an empty one."""


def merged(samples: Samples, further: Samples) -> dict[str, tuple[str, ...]]:
    """Both, no more than the first few of each rule that differ."""
    labels = dict.fromkeys((*samples, *further))
    both = {label: dict.fromkeys((*samples.get(label, ()), *further.get(label, ()))) for label in labels}
    return {label: tuple(shapes)[:SAMPLES] for label, shapes in both.items()}
