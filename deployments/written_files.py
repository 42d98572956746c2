"""Writes files that others may read meanwhile."""

from __future__ import annotations

from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Replace the file by the text so that whoever reads it meanwhile sees the old or the new one, never a part."""
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
