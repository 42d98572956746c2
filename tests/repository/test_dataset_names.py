"""No dataset's name stands in the code: what is true of one dataset is known from its contract alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.sources.kinds import Source
from tests.packaged_contracts import CONTRACTS

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("flows", "tasks", "blocks", "spark_jobs", "infra_cdktf", "deployments", "onboarding")

OTHER_MEANINGS = {
    "email": "a mask, and the address of alerts",
    "id": "of a resource or a run",
    "location": "ODCS's word for where a source is",
    "maximum": "ODCS's word, and the check of that name",
    "minimum": "ODCS's word, and the check of that name",
    "pattern": "ODCS's word, and the check of that name",
    "reason": "why something is refused",
    "required": "ODCS's word, and the check of that name",
    "store": "where Terraform keeps its state, and where files lie",
    "type": "ODCS's word, and Python's",
}
"""Names of a dataset that mean something else where they stand in the code."""


def _names(contract: Contract) -> set[str]:
    """Every name that a contract gives to something of its dataset."""
    columns = [column for table in contract.tables for column in table.columns]
    return {
        *(contract.name, contract.slug),
        *(table.name for table in contract.tables),
        *(name for column in columns for name in (column.name, column.silver_name)),
        *(rule.name for rule in contract.rules),
        *(check.name for table in contract.tables for check in table.set_checks),
        *(name for source in contract.sources for name in _names_of_source(source)),
    }


def _names_of_source(source: Source) -> Iterator[str]:
    yield from (source.name, *source.connection.variables.values(), *source.field_paths)
    for word in ("table", "key_field", "cursor_field"):
        yield from _steps(getattr(source, word, ""))
    for column in source.field_paths:
        for path in source.fields(column):
            yield from _steps(path)


def _steps(path: str) -> set[str]:
    """A dotted name, and what it is put together from."""
    return {path, *path.split(".")} - {""}


def _words(code: str) -> Iterator[tuple[str, int]]:
    """Every identifier and every text of a module, with its line; a module's dotted name also in its parts."""
    for node in ast.walk(ast.parse(code)):
        for _, value in ast.iter_fields(node):
            for word in value if isinstance(value, list) else [value]:
                if isinstance(word, str):
                    parts = _steps(word) if isinstance(node, ast.alias | ast.ImportFrom) else {word}
                    yield from ((part, getattr(node, "lineno", 0)) for part in parts)


def _found(names: set[str]) -> dict[str, list[str]]:
    """Where the code has one of those names, by name."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in (path for folder in FOLDERS for path in sorted((REPOSITORY / folder).rglob("*.py"))):
        for word, line in _words(path.read_text(encoding="utf-8")):
            if word in names:
                places[word].append(f"{path.relative_to(REPOSITORY)}:{line}")
    return places


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    return _found({name for contract in CONTRACTS.datasets for name in _names(contract)})


def test_the_code_names_nothing_of_a_dataset(found: dict[str, list[str]]) -> None:
    assert {name: places for name, places in found.items() if name not in OTHER_MEANINGS} == {}


def test_no_name_is_allowed_that_needs_not_be(found: dict[str, list[str]]) -> None:
    assert OTHER_MEANINGS.keys() - found.keys() == set()


def test_every_kind_of_name_is_looked_for() -> None:
    names = {name for contract in CONTRACTS.datasets for name in _names(contract)}
    assert names >= {"product_returns", "product-returns", "weekly_returns", "last_returned_on", "cpf_masked"}
    assert names >= {"return-files", "STORE_DATABASE_URL", "data_devolucao", "public.returns", "purchaseId"}
    assert names >= {"customer.firstName", "firstName", "cpf_valid", "date_plausible", "some_returns"}


@pytest.mark.parametrize(
    "code",
    [
        "cpf = 1",
        "row.cpf",
        "row['cpf']",
        "mask(cpf=1)",
        "def cpf(): ...",
        "async def cpf(): ...",
        "class cpf: ...",
        "def mask(cpf): ...",
        "mask = lambda *cpf: 1",
        "import cpf",
        "import rules.cpf as rule",
        "from rules.cpf import rule",
        "from rules import cpf",
        "from rules import rule as cpf",
        "def mask():\n    global cpf",
        "match row:\n    case {'key': cpf}: ...",
        "match row:\n    case Row(cpf=1): ...",
        "match row:\n    case {'key': 1, **cpf}: ...",
        "try: ...\nexcept ValueError as cpf: ...",
        "f'{row}cpf'",
    ],
)
def test_a_name_is_seen_wherever_it_may_stand(code: str) -> None:
    assert "cpf" in {word for word, _ in _words(code)}
