"""An API of many pages that spoils a seeded share of its answers, in every way that servers and networks have."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.tasks.scripted_api import answer, cut_off, page, stalled
from tests.tasks.tcp_proxy import reset_when_closed

Item = dict[str, Any]

PAGE_ITEMS = 5
STALL_SECONDS = 0.6
"""Longer than the tests' clients wait for an answer."""

REPEATED = "the page before again"


class SpoiledApi:
    """Answers with the items of the asked page, or spoils it; `spoiled` counts the ways that were taken.

    Items are in order of change, as `updatedAt` tells. No page is spoiled twice in a row, so that reading ends.
    """

    def __init__(self, items: Sequence[Item], share: float, seed: int) -> None:
        """The share, from 0 to 1, of all answers is spoiled, each way as often as any other."""
        self.items = list(items)
        self.share = share
        self.spoiled: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._last_spoiled: str | None = None

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        found = [one for one in self.items if str(one["updatedAt"]) >= asked.get("updated_since", "")]
        start, _, _ = asked.get("cursor", "0").partition("-")
        items, end = found[int(start) :][:PAGE_ITEMS], int(start) + PAGE_ITEMS
        if self._chance.random() < self.share and self._last_spoiled != start:
            self._last_spoiled = start
            self._spoil(handler, items, found[: int(start)][-PAGE_ITEMS:], f"{start}-again")
        else:
            page(*items, next_cursor=str(end) if end < len(found) else None)(handler)

    def _spoil(
        self,
        handler: BaseHTTPRequestHandler,
        items: list[dict[str, object]],
        before: list[dict[str, object]],
        again: str,
    ) -> None:
        ways = {
            "429": answer({"error": "slower"}, 429, Retry_After="0"),
            "500": answer(b"oops", 500),
            "503": answer(b"<html>busy</html>", 503, Content_Type="text/html"),
            "reset at once": _reset_at_once,
            "reset in the middle": lambda handler: _reset_in_the_middle(handler, items),
            "stall": stalled(STALL_SECONDS),
            "HTML": answer(b"<!doctype html><title>Sign in</title>", Content_Type="text/html"),
            "cut off": cut_off(*items),
            "half a page as if whole": answer(json.dumps({"data": items}).encode()[:-20]),
            REPEATED: page(*before, next_cursor=again),
        }
        way = min(ways, key=lambda way: (self.spoiled[way], self._chance.random()))
        self.spoiled[way] += 1
        ways[way](handler)


def _reset_at_once(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection so that the client gets a RST and no answer."""
    reset_when_closed(handler.connection)
    os.close(handler.connection.detach())


def _reset_in_the_middle(handler: BaseHTTPRequestHandler, items: list[Item]) -> None:
    content = json.dumps({"data": items, "next_cursor": None}).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    _reset_at_once(handler)


def rows_of(items: Sequence[Item]) -> list[dict[str, str]]:
    """What is to be landed of the items."""
    return [
        {
            "customer_id": one["customer"]["id"],
            "first_name": one["customer"]["firstName"],
            "last_name": one["customer"]["lastName"],
            "email": one["customer"]["email"],
            "purchase_date": one["purchasedOn"],
            "total_amount": one["payment"]["totalAmount"],
            "product": one["product"],
            "store_location": one["store"]["location"],
            "cpf": one["customer"]["cpf"],
            "credit_card_number": one["payment"]["cardNumber"],
            "updated_at": one["updatedAt"],
        }
        for one in items
    ]
