"""Random numbers that are a pure function of (seed, stream, counter): any row's values can be drawn on their own.

The mixer is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_FINAL_SHIFT = np.uint64(31)


@dataclass(frozen=True, eq=False)
class Draws:
    """Random numbers for rows: `counters` tells the rows apart, a stream's name the draws of one row."""

    seed: int
    counters: Integers

    def bits(self, stream: str) -> NDArray[np.uint64]:
        """64 random bits a row."""
        key = int.from_bytes(blake2b(f"{self.seed}/{stream}".encode(), digest_size=8).digest(), "big")
        mixed = self.counters.astype(np.uint64) * _GOLDEN + np.uint64(key)
        for shift, multiplier in _MIXERS:
            mixed = (mixed ^ (mixed >> shift)) * multiplier
        return mixed ^ (mixed >> _FINAL_SHIFT)

    def uniform(self, stream: str) -> NDArray[np.float64]:
        """A number in [0, 1) a row."""
        return (self.bits(stream) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, stream: str, bound: int) -> Integers:
        """A whole number in [0, bound) a row."""
        return (self.bits(stream) % np.uint64(bound)).astype(np.int64)

    def hits(self, stream: str, share: float) -> Booleans:
        """True for that share of the rows."""
        return self.uniform(stream) < share
