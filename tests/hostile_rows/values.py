"""Values that a source may send in a column: such as keep its rules, and such as nobody wants to see.

Hypothesis draws pools of values, one for each column and source, made from what the contract says of the column: its
type, the source's format, its rules. Rows are then combined from the pools by a seed (`tests.hostile_rows.rows`), as to
draw a hundred thousand rows one after the other would take an hour.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.columns import Column
from contracts.rules import Rule
from contracts.sources.kinds import Source
from tests.hostile_rows.declared_values import good_texts, near_texts
from tests.hostile_rows.texts import HOSTILE_TEXTS, in_other_digits

Text = str | None

_EXAMPLES, _VALUES_OF_ONE = 100, 60
_MOST_GOOD = 400


@dataclass(frozen=True)
class Pool:
    """Values of a column of a source: `good` ones keep its rules, `edges` just about, `hostile` are anything."""

    good: tuple[Text, ...]
    edges: tuple[Text, ...]
    hostile: tuple[Text, ...]

    def pick(self, draw: random.Random, share_of_hostile: float) -> Text:
        """One of the good values or, with that probability, one of the others: of the few edges every third."""
        if draw.random() >= share_of_hostile:
            return draw.choice(self.good)
        return draw.choice(draw.choice((self.edges, self.hostile, self.hostile)))


def pool(column: Column, rules: Iterable[Rule], source: Source) -> Pool:
    """The pool of a column with these rules, always the same."""
    good, near = good_texts(column, rules, source), near_texts(column, rules, source)
    spoilt = st.builds(_spoilt, good | near, st.sampled_from(_SPOILT_BY))
    drawn = [_drawn(values, column.name) for values in (good, near, st.one_of(spoilt, spoilt, HOSTILE_TEXTS))]
    return Pool(drawn[0][:_MOST_GOOD], *drawn[1:])


def _drawn(values: st.SearchStrategy[Text], name: str) -> tuple[Text, ...]:
    found: list[Text] = []

    @seed(name)
    @settings(max_examples=_EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.lists(values, min_size=_VALUES_OF_ONE, max_size=_VALUES_OF_ONE))
    def draw(some: list[Text]) -> None:
        found.extend(some)

    draw()
    return tuple(dict.fromkeys(found))


def _spoilt(text: Text, by: str) -> Text:
    """A text that was nearly right, spoilt in one way."""
    if not text:
        return by
    place = len(text) // 2 if len(text) % 2 else 0
    changed = {
        "cut": text[:-1],
        "twice": text * 2,
        "backwards": text[::-1],
        "full width": in_other_digits(text, "\uff10"),
        "arabic": in_other_digits(text, "\u0660"),
        "upper": text.upper(),
    }
    return changed[by] if by in changed else text[:place] + by + text[place:]


_SPOILT_BY = (
    *("cut", "twice", "backwards", "full width", "arabic", "upper", "=cmd|", "\x00", "\ufeff", "\u200b", "\u202e"),
    *("\n", "\r\n", "\r", "\t", '"', '""', ";", ",", "\\", "\u0301", "\u2028", "\x85", " ", "\xa0", "😀", "'", "-"),
    *("+", "0", "9" * 40, "_", "e400", "<b>", "' OR 1=1 --", "{}", "$", "@", "@a.com", "529.982.247-25"),
)
"""Words for a change of the text, or what is put into it."""
