"""The words by which a source says true and false."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BooleanFormat:
    """The words for true and for false, as a source writes them, letter case included."""

    true: tuple[str, ...] = ("true",)
    false: tuple[str, ...] = ("false",)

    @classmethod
    def of(cls, *pairs: str) -> BooleanFormat:
        """The format that pairs as `S/N` or `sim/não` describe, the word for true first.

        >>> BooleanFormat.of("S/N", "sim/não")
        BooleanFormat(true=('S', 'sim'), false=('N', 'não'))

        Raises:
            ValueError: a pair is not two different words, or one word means both.
        """
        words = [pair.split("/") for pair in pairs]
        if not words or any(len(pair) != 2 or not all(pair) for pair in words):  # noqa: PLR2004 (a pair)
            raise ValueError("must be a pair of words such as S/N, the one for true first, or a list of such pairs")
        true, false = (tuple(column) for column in zip(*words, strict=True))
        if set(true) & set(false):
            raise ValueError(f"{', '.join(sorted(set(true) & set(false)))} stands for true and for false")
        return cls(true, false)
