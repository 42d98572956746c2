"""What a look at a source finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from onboarding.questions import Question

SAMPLE_ROWS = 10_000
"""So many rows of a source are looked at or read, no more."""

SAMPLE_FILES = 5
"""So many files of a folder are looked at or read, the newest ones."""


@dataclass(frozen=True)
class Sample:
    """Rows of a source: a column of texts for each of its fields (dotted where nested), as it writes them.

    `words` are those that the look found out. Where it leaves `questions` open, there are no rows yet.
    """

    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    words: Mapping[str, Any] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
