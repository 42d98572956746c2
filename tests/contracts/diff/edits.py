"""Edits of a contract's document, by the paths that reasons have: names in place of indexes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from contracts.consistency import inconsistencies
from contracts.contract import Contract
from contracts.diff.change import READERS, SOURCES, Change, Verdict
from contracts.folder import PACKAGED_CONTRACTS

Document = dict[str, Any]
Edit = Callable[[Document], None]
PURCHASES, RETURNS = "customer_purchases", "product_returns"
PURCHASES_TABLE, SALES = "schema.customer_purchases", "schema.store_monthly_sales"
RETURNS_TABLE, WEEKLY = "schema.product_returns", "schema.weekly_returns"
QUANTITY = f"{RETURNS_TABLE}.properties.quantity"
DATABASE, API, FILES = "servers.store-database", "servers.customers-api", "servers.branch-files"


@dataclass(frozen=True)
class Case:
    """An edit of a shipped contract, the fields of the contract's models that it is about, and what is said of it."""

    what: str
    about: str
    dataset: str
    edit: Edit
    verdict: Verdict
    changes: tuple[Change, ...]


def readers(path: str, text: str) -> Change:
    return Change(path, text, READERS)


def sources(path: str, text: str) -> Change:
    return Change(path, text, SOURCES)


def additive(path: str, text: str) -> Change:
    return Change(path, text)


@cache
def _shipped(dataset: str) -> Document:
    found: Document = yaml.safe_load((PACKAGED_CONTRACTS / f"{dataset}.odcs.yaml").read_text(encoding="utf-8"))
    return found


def shipped(dataset: str) -> Document:
    """The document of a shipped contract, to be edited."""
    return deepcopy(_shipped(dataset))


def contract_of(edited: Document) -> Contract:
    """The contract in a document, as the reader has it, without the seconds that writing and parsing YAML takes."""
    contract = Contract.model_validate(edited)
    problems = inconsistencies(contract)
    assert not problems, problems
    return contract


def at(owner: Any, path: str) -> Any:
    """The part of a document at that path; items of a list by their name."""
    for step in path.split("."):
        owner = next(item for item in owner if _name(item) == step) if isinstance(owner, list) else owner[step]
    return owner


def _name(item: Document) -> str:
    words = ("name", "server", "role", "property")
    name = next(str(item[word]) for word in words if word in item)
    return "-".join([name, item["element"]]) if "element" in item else name


def put(path: str, /, **words: Any) -> Edit:
    """Say these words of the part, and no longer those that are None."""

    def edit(edited: Document) -> None:
        part = at(edited, path) if path else edited
        part |= words
        for word in [word for word, value in words.items() if value is None]:
            del part[word]

    return edit


def custom(path: str, name: str, value: Any) -> Edit:
    """Say it in the part's `customProperties`, or no longer if the value is None."""

    def edit(edited: Document) -> None:
        part = at(edited, path)
        kept = [item for item in part.get("customProperties", []) if item["property"] != name]
        part["customProperties"] = kept + ([] if value is None else [{"property": name, "value": value}])

    return edit


def add(path: str, /, **item: Any) -> Edit:
    """Add an item to a list, which may not be there yet."""

    def edit(edited: Document) -> None:
        owner, _, word = path.rpartition(".")
        part = at(edited, owner) if owner else edited
        part.setdefault(word, []).append(item)

    return edit


def drop(path: str) -> Edit:
    """Take an item out of its list."""

    def edit(edited: Document) -> None:
        owner, _, name = path.rpartition(".")
        items = at(edited, owner)
        items.remove(at(items, name))

    return edit


def copy(path: str, /, **words: Any) -> Edit:
    """Add the like of an item beside it, with other words."""

    def edit(edited: Document) -> None:
        items = at(edited, path.rpartition(".")[0])
        items.append(deepcopy(at(edited, path)) | words)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(edited: Document) -> None:
        for one in edits:
            one(edited)

    return edit
