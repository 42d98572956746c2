"""One page of a list as the Jobs API answers it."""

from __future__ import annotations

from typing import Any

from sandbox.databricks.requests import Paging


def page(name: str, elements: list[dict[str, Any]], query: Paging) -> dict[str, Any]:
    """The wanted elements under ``name``, with the tokens of the pages around them."""
    following = query.first + query.limit
    answer: dict[str, Any] = {name: elements[query.first : following], "has_more": following < len(elements)}
    if answer["has_more"]:
        answer["next_page_token"] = str(following)
    if query.first:
        answer["prev_page_token"] = str(max(0, query.first - query.limit))
    return answer
