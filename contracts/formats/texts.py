"""What a source's texts mean where they do not say it as the contract does: spellings, blanks, letter case, lost zeros.

Letters are folded by one table for both engines, whose own functions follow different versions of Unicode.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from pydantic.alias_generators import to_camel

from contracts.formats.blanks import BLANK_CHARACTERS

_LETTERS = [chr(code) for code in range(0x41, 0x250) if chr(code).isalpha()]
"""Latin letters: ASCII, Latin-1 Supplement, Latin Extended-A and -B."""

_MARKS = "".join(map(chr, range(0x300, 0x370)))
"""Combining Diacritical Marks, as texts have them that are not composed."""


class LetterCase(StrEnum):
    """The case that a text's letters get."""

    LOWER = "lower"
    UPPER = "upper"


class Ignored(StrEnum):
    """What makes no difference between two spellings."""

    CASE = "case"
    ACCENTS = "accents"


@dataclass(frozen=True)
class Folding:
    """Characters, and what each becomes; those at the end that have no counterpart go."""

    characters: str
    folded: str

    @property
    def pairs(self) -> dict[str, str]:
        """What each character becomes, empty for one that goes."""
        return {one: self.folded[place : place + 1] for place, one in enumerate(self.characters)}

    def fold(self, text: str) -> str:
        """The text with every one of the characters replaced."""
        return text.translate({ord(one): new for one, new in self.pairs.items()})


def folding(ignored: Iterable[Ignored] = (), case: LetterCase | None = None) -> Folding:
    """What takes out the differences that are ignored, and gives the letters that case.

    >>> folding([Ignored.CASE, Ignored.ACCENTS]).fold("SÃO PAULO")
    'sao paulo'
    """
    ignored = set(ignored)
    case = LetterCase.LOWER if Ignored.CASE in ignored else case
    pairs = {letter: _folded(letter, case, plain=Ignored.ACCENTS in ignored) for letter in _LETTERS}
    changed = {letter: new for letter, new in pairs.items() if len(new) == 1 and new != letter}
    marks = _MARKS if Ignored.ACCENTS in ignored else ""
    return Folding("".join(changed) + marks, "".join(changed.values()))


def _folded(letter: str, case: LetterCase | None, *, plain: bool) -> str:
    base = unicodedata.normalize("NFD", letter)[0] if plain else letter
    return base.lower() if case is LetterCase.LOWER else base.upper() if case is LetterCase.UPPER else base


Spellings = tuple[tuple[str, tuple[str, ...]], ...]
"""Values, each with its spellings, folded."""


@dataclass(frozen=True)
class TextFormat:
    """How a source writes a column's texts. Of a column that is not text only `null_texts` have a meaning.

    Attributes:
        null_texts: texts that, without the blanks around them, stand for a missing value.
        trim: characters that are taken off both ends.
        leading_zeros_to: number of characters that a text of digits alone is filled up to with zeros in front.
        spellings: what texts mean that are not as the contract has them; any other is taken as it is.
        ignoring: what makes no difference between a text and a spelling.
        letter_case: the case of what is no spelling.
    """

    null_texts: tuple[str, ...] = ()
    trim: str = ""
    leading_zeros_to: int | None = None
    spellings: Spellings = ()
    ignoring: tuple[Ignored, ...] = ()
    letter_case: LetterCase | None = None

    @property
    def folding(self) -> Folding:
        """What a text is folded by before it is compared with the spellings."""
        return folding(self.ignoring)

    def __str__(self) -> str:
        """The words that say something, as people read them."""
        said = [f"{to_camel(w.name)} {_shown(getattr(self, w.name))}" for w in fields(self) if self._says(w.name)]
        return f"text with {', '.join(said)}" if said else "text"

    def _says(self, word: str) -> bool:
        return bool(getattr(self, word) != getattr(TextFormat, word))


def known_spellings(values: Mapping[str, str], known: Iterable[str], ignoring: Iterable[Ignored]) -> Spellings:
    """The spellings of each value: those that are declared, and if differences are ignored each value's own.

    >>> known_spellings({"RJ": "Rio"}, ["Rio", "Belém"], [Ignored.ACCENTS])
    (('Rio', ('RJ', 'Rio')), ('Belém', ('Belem',)))

    Raises:
        ValueError: two values have spellings between which there is no difference.
    """
    letters = folding(ignored := tuple(ignoring))
    own = {value: value for value in (*values.values(), *known)} if ignored else {}
    meanings: dict[str, str] = {}
    for spelling, value in (*values.items(), *own.items()):
        if meanings.setdefault(letters.fold(spelling), value) != value:
            raise ValueError(f"spells {spelling} for {value} and for {meanings[letters.fold(spelling)]}")
    found = {value: tuple(s for s, v in meanings.items() if v == value) for value in meanings.values()}
    return tuple(found.items())


def _shown(value: object) -> str:
    """Spellings as `RJ for Rio de Janeiro`, anything else as it stands in the contract."""
    if not isinstance(value, tuple):
        return repr(value.strip(BLANK_CHARACTERS)) if type(value) is str else str(value)
    return "; ".join(one if isinstance(one, str) else f"{' or '.join(one[1])} for {one[0]}" for one in value)
