"""What a change of a contract is, whom it breaks, and what several of them come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar

Part = TypeVar("Part")


class Party(StrEnum):
    """Who relies on a contract: those who read what it promises, and the sources that must keep to it."""

    READERS = "readers"
    SOURCES = "sources"


Parties = frozenset[Party]
NOBODY: Parties = frozenset()
READERS: Parties = frozenset({Party.READERS})
SOURCES: Parties = frozenset({Party.SOURCES})


class Verdict(StrEnum):
    """What all changes of a contract come to; `none` if nothing changed but what is only said of it."""

    NONE = "none"
    ADDITIVE = "additive"
    BREAKING_FOR_READERS = "breaking for readers"
    BREAKING_FOR_SOURCES = "breaking for sources"
    BREAKING_FOR_BOTH = "breaking for both"

    @property
    def is_breaking(self) -> bool:
        """Whether it breaks anybody."""
        return self not in {Verdict.NONE, Verdict.ADDITIVE}


_BY_PARTIES = {
    NOBODY: Verdict.ADDITIVE,
    READERS: Verdict.BREAKING_FOR_READERS,
    SOURCES: Verdict.BREAKING_FOR_SOURCES,
    READERS | SOURCES: Verdict.BREAKING_FOR_BOTH,
}


@dataclass(frozen=True)
class Change:
    """One thing that changed: where it stands (names in place of indexes), what became of it, and whom it breaks."""

    path: str
    text: str
    breaks: Parties = NOBODY

    def __str__(self) -> str:
        """As a line: `additive: schema.weekly_returns: is new`."""
        return f"{_BY_PARTIES[self.breaks]}: {self.path}: {self.text}"


def verdict_of(changes: Iterable[Change]) -> Verdict:
    """What the changes come to.

    >>> str(verdict_of([Change("a", "is gone", READERS), Change("b", "is stricter", SOURCES)]))
    'breaking for both'
    """
    found = list(changes)
    return _BY_PARTIES[NOBODY.union(*(change.breaks for change in found))] if found else Verdict.NONE


Meaning = Callable[[Any, Any], Parties]
"""Whom it breaks that a word said the first value and says the second."""


def always(parties: Parties) -> Meaning:
    """Any change of the word breaks them."""
    return lambda _before, _after: parties


def when(condition: Callable[[Any, Any], bool], parties: Parties) -> Meaning:
    """A change of the word breaks them if the condition holds of what it said and what it says."""
    return lambda before, after: parties if condition(before, after) else NOBODY


@dataclass(frozen=True)
class Word(Generic[Part]):
    """A word of the contract: where it stands below its part, what it says there, and what a change of that means."""

    path: str
    says: Callable[[Part], object]
    breaks: Meaning


def word_changes(path: str, words: Iterable[Word[Part]], before: Part, after: Part) -> Iterator[Change]:
    """The words that say something else of the part at that path."""
    for word in words:
        was, is_now = word.says(before), word.says(after)
        if was != is_now:
            text = f"was {spelled(was)}, is {spelled(is_now)}"
            yield Change(f"{path}.{word.path}", text, word.breaks(was, is_now))


def spelled(value: object) -> str:
    """A word's value as a line tells it."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)


@dataclass(frozen=True)
class Matched(Generic[Part]):
    """Parts of two contracts: those that only the first has, that both have, that only the second has."""

    gone: tuple[Part, ...]
    both: tuple[tuple[Part, Part], ...]
    new: tuple[Part, ...]


def match(
    before: Iterable[Part], after: Iterable[Part], name: Callable[[Part], object] = attrgetter("name")
) -> Matched[Part]:
    """The parts matched by their names, in their contracts' order."""
    old, new = {name(part): part for part in before}, {name(part): part for part in after}
    return Matched(
        gone=tuple(part for called, part in old.items() if called not in new),
        both=tuple((part, new[called]) for called, part in old.items() if called in new),
        new=tuple(part for called, part in new.items() if called not in old),
    )
