"""The three sources that docs/sources.md adds by hand are proposed as they stand there, and pass their check.

What no look at a source can tell is answered: what opens it, what its documentation alone says, and which of its fields
is a column that it calls otherwise.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from tests.onboarding.conftest import Onboarding, without_source
from tests.tasks.scripted_api import Answer, answer, serve
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def documented(title: str, language: str = "yaml") -> str:
    """The first block of that language below a title of the page."""
    below = PAGE.partition(title)[2]
    found = re.search(rf"^( *)```{language}\n(.*?)^ *```", below, re.DOTALL | re.MULTILINE)
    assert found
    return "\n".join(line.removeprefix(found[1]) for line in found[2].splitlines())


def documented_entry(title: str) -> dict[str, Any]:
    content = yaml.safe_load(documented(title))
    entry: dict[str, Any] = content[0] if isinstance(content, list) else content
    return entry


def words_of(entry: dict[str, Any]) -> dict[str, Any]:
    return {custom["property"]: custom["value"] for custom in entry["customProperties"]}


def answers_file(folder: Path, entry: dict[str, Any], *words: str, **others: object) -> str:
    """A file of answers: how the source is opened, these of the entry's words, and others."""
    standard = {word: entry[word] for word in ("server", "type", "description", "location", "path") if word in entry}
    said = {word: words_of(entry)[word] for word in ("connection", "optionalColumns", *words)}
    content = {"dataset": "customer-purchases", "write": True} | standard | said | others
    file = folder / "answers.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return str(file)


def paths_but(entry: dict[str, Any], *found: str) -> dict[str, Any]:
    """The entry's fields but for those that are found by their names."""
    return {column: path for column, path in words_of(entry)["fieldPaths"].items() if column not in found}


def written_entry(file: Path, before: str) -> dict[str, Any]:
    """The entry that was added to the contract, of which nothing else changed."""
    text = file.read_text(encoding="utf-8")
    entry: dict[str, Any] = yaml.safe_load(text)["servers"][-1]
    added = text.split("\n\nschema:")[0].rpartition("\n\n")[2]
    assert text.replace(f"\n\n{added}", "", 1) == before
    return entry


def _marketplace(orders: list[str]) -> Answer:
    """What the page's API does: tokens, and orders in one numbered page."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        place = urlsplit(handler.path)
        if place.path == "/oauth/token":
            assert b64decode(handler.headers["Authorization"].removeprefix("Basic ")) == b"shop:secret"
            answer({"access_token": "token", "token_type": "Bearer", "expires_in": 3600})(handler)
            return
        asked = dict(parse_qsl(place.query))
        assert (handler.headers["Authorization"], place.path, asked["status"]) == ("Bearer token", "/v2/orders", "paid")
        answer(f'{{"result": {{"orders": [{", ".join(orders)}], "pages": 1}}}}'.encode())(handler)

    return send


def _orders(count: int) -> list[str]:
    """The page's order so many times, each with a key of its own."""
    order = json.dumps(json.loads(documented("## APIs", "json"))["result"]["orders"][0])
    assert "9007199254740993" in order
    return [order.replace("9007199254740993", str(9007199254740993 + n)) for n in range(count)]


def test_the_api_with_oauth_2_and_page_numbers(
    onboarding: Onboarding, purchases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, expected = purchases.read_text(encoding="utf-8"), documented_entry("### An API with OAuth 2")
    (tmp_path / "client-secret").write_text("secret\n")
    words = ("authentication", "parameters", "pageRows", "incremental")
    with serve(_marketplace(_orders(3))) as api:
        for name, value in {
            "MARKETPLACE_URL": api.url,
            "MARKETPLACE_TOKEN_URL": f"{api.url}/oauth/token",
            "MARKETPLACE_CLIENT_ID": "shop",
            "MARKETPLACE_CLIENT_SECRET_FILE": str(tmp_path / "client-secret"),
        }.items():
            monkeypatch.setenv(name, value)
        file = answers_file(
            *(tmp_path, expected, *words),
            paging={"sizeParameter": "per_page"},
            fieldPaths=paths_but(expected, "cpf"),
        )
        added = onboarding("add-source", "--answers", file)
        checked = onboarding("check-source", "marketplace-api")

    assert (added.exit_code, checked.exit_code) == (0, 0), added.output + checked.output
    assert written_entry(purchases, before) == expected
    assert "marketplace-api of customer_purchases: 3 rows read (10,000 at most); nothing was landed" in added.output
    assert checked.output in added.output


def test_the_folder_of_cp1252_files_with_a_portuguese_header_and_a_total(
    onboarding: Onboarding, purchases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, expected = without_source(purchases, "branch-files"), documented_entry("## Files")
    text = documented("## Files", "text").replace("\n", "\r\n") + "\r\n"
    for branch, day, header in (("sul", "30", "Data"), ("norte", "31", "Data da Operação")):
        folder = tmp_path / "branch files" / branch
        folder.mkdir(parents=True)
        content = text.replace("Data da Operação", header).encode("cp1252")
        (folder / f"vendas-2026-01-{day}.csv").write_bytes(content)
    monkeypatch.setenv("BRANCH_FILES_URL", (tmp_path / "branch files").as_uri())
    fields = paths_but(expected, "email", "cpf")
    file = answers_file(tmp_path, expected, "moveLandedTo", "expectedFiles", fieldPaths=fields)

    added = onboarding("add-source", "--answers", file)

    assert added.exit_code == 0, added.output
    assert written_entry(purchases, before) == expected
    assert "branch-files of customer_purchases: 4 rows read (10,000 at most); nothing was landed" in added.output
    assert sorted(path.name for path in (tmp_path / "branch files").iterdir()) == ["norte", "sul"]


def test_the_table_with_epoch_milliseconds(
    onboarding: Onboarding, purchases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: StoreDatabase
) -> None:
    before, expected = purchases.read_text(encoding="utf-8"), documented_entry("## Databases")
    store.run('DROP SCHEMA IF EXISTS "Till" CASCADE')
    for statement in documented("## Databases", "sql").rstrip().removesuffix(";").split(";\n"):
        store.run(statement)
    monkeypatch.setenv("TILL_DATABASE_URL", store.url)
    file = tmp_path / "till.yaml"
    file.write_text(documented("## Have the entry written"), encoding="utf-8")

    added = onboarding("add-source", "--answers", str(file))

    assert added.exit_code == 0, added.output
    assert written_entry(purchases, before) == expected
    assert "till-database of customer_purchases: 2 rows read (10,000 at most); nothing was landed" in added.output
