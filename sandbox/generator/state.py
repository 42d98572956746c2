"""What a sandbox's sources were made from and how far they have grown; survives a crash at any point."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

NONE_YET = -1
"""Generation of sources that are not completely seeded yet."""

_FILE = "generator.json"


class SeededOtherwise(ValueError):
    """Raised when sources that were made with one size or seed are asked to grow with another."""


class GeneratorState(BaseModel):
    """Size, seed and time of the first seeding, and the last generation that every source has got."""

    model_config = ConfigDict(frozen=True)

    rows: int
    seed: int
    anchor: AwareDatetime
    generation: int = NONE_YET

    @classmethod
    def of(cls, home: Path, rows: int, seed: int, now: datetime) -> GeneratorState:
        """The home's state, written there before anything is generated.

        Raises:
            SeededOtherwise: the home's sources were made with another size or seed.
        """
        state = cls.read(home)
        if state is None:
            state = cls(rows=rows, seed=seed, anchor=now.astimezone(UTC))
            state.write(home)
        if (state.rows, state.seed) != (rows, seed):
            raise SeededOtherwise(
                f"{home / _FILE}: the sandbox's sources were made with {state.rows} rows each and seed {state.seed}, "
                f"not {rows} and {seed}: set DATAMASTER_ROWS={state.rows}, or another DATAMASTER_HOME to start anew"
            )
        return state

    @classmethod
    def read(cls, home: Path) -> GeneratorState | None:
        """The home's state, or None if nothing was generated for it."""
        file = home / _FILE
        return cls.model_validate_json(file.read_bytes()) if file.exists() else None

    def completed(self, generation: int) -> GeneratorState:
        """The state once every source has got that generation."""
        return self.model_copy(update={"generation": max(generation, self.generation)})

    def write(self, home: Path) -> None:
        """Replace the home's state in one step."""
        home.mkdir(parents=True, exist_ok=True)
        part = home / f"{_FILE}.part"
        with part.open("w") as file:
            file.write(self.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        part.replace(home / _FILE)
