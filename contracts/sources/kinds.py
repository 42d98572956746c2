"""The kinds of sources there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource

Source = Annotated[DatabaseSource | ApiSource | FilesSource, Field(discriminator="type")]
ChangingSource = DatabaseSource | ApiSource
"""A source that tells when each row last changed."""
