"""Samples of several loads are put together, and no more of them kept than of one."""

from __future__ import annotations

from contracts.shapes import merged


def test_samples_of_shards_are_put_together() -> None:
    assert merged({"a": ("1", "2")}, {"a": ("2", "3", "4"), "b": ("5",)}) == {"a": ("1", "2", "3"), "b": ("5",)}
