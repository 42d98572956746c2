"""Contract files for tests: the shipped ones as documents that can be changed, and one of a dataset nobody ships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from contracts.folder import PACKAGED_CONTRACTS

Document = dict[str, Any]
Change = Callable[[Document], None]


def document(name: str = "customer_purchases") -> Document:
    """A shipped contract, to be changed."""
    text = (PACKAGED_CONTRACTS / f"{name}.odcs.yaml").read_text(encoding="utf-8")
    loaded: Document = yaml.safe_load(text)
    return loaded


def written(folder: Path, content: Document, name: str = "contract") -> Path:
    """The file that holds the document."""
    file = folder / f"{name}.odcs.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def custom(owner: Document, name: str) -> Document:
    """The entry of that name in `customProperties`."""
    found: Document = next(item for item in owner["customProperties"] if item["property"] == name)
    return found


def column(content: Document, name: str, table: int = 0) -> Document:
    """The property of that name in one of the document's tables."""
    found: Document = next(item for item in content["schema"][table]["properties"] if item["name"] == name)
    return found


def saying(content: Document, source: int, **words: Any) -> Document:
    """The document, in which that source says these custom properties beside its connection, and no others."""
    owner = content["servers"][source]
    kept = [item for item in owner["customProperties"] if item["property"] in {"connection", "optionalColumns"}]
    owner["customProperties"] = kept + [{"property": name, "value": value} for name, value in words.items()]
    return content
