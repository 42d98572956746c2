"""Shards: disjoint ranges that together are all rows of a window, so that several processes can read them at once."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Place(BaseModel):
    """Where a row stands in the order of reading: its cursor and its key, as the source writes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cursor: str
    key: str | None


class Shard(BaseModel):
    """Rows behind one place and up to another; an absent end is open.

    The one without a beginning also has the rows without a place in time, which come with every window.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Place | None = None
    upto: Place | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the window."""
        return self.after is None and self.upto is None


class Split(BaseModel):
    """A window's shards, in the order of their rows, and the last change that there was when it was split.

    Shards are read later than that, each at its own time. So what they know of the source together is what it was at
    the split, and the watermark must not pass the last change of then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shards: tuple[Shard, ...]
    last_change: AwareDatetime

    @classmethod
    def at(cls, places: list[Place], last_change: AwareDatetime) -> Split:
        """The shards that end at these places, each after the one before, and the one behind them."""
        ends = list(dict.fromkeys(places))
        pairs = zip([None, *ends], [*ends, None], strict=True)
        return cls(shards=tuple(Shard(after=after, upto=upto) for after, upto in pairs), last_change=last_change)
