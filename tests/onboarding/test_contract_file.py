"""An entry is put into a contract's file, of which every other byte stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.problems import ContractError
from onboarding.contract_file import as_yaml, changed_contract, file_of, with_entry

ENTRY: dict[str, Any] = {
    "server": "till-database",
    "type": "postgres",
    "description": "Tills: all of them.",
    "host": "${TILL_URL}",
    "port": 5432,
    "database": "${TILL_URL}",
    "customProperties": [
        {"property": "connection", "value": {"url": "TILL_URL"}},
        {"property": "table", "value": "till.sales"},
        {"property": "keyField", "value": "id"},
        {"property": "cursorField", "value": "changed_at"},
        {"property": "timestampOffset", "value": "-03:00"},
        {"property": "amountFormat", "value": "1234.56"},
        {"property": "nullTexts", "value": ["NULL", "-", "no", "{x}"]},
        {"property": "fieldPaths", "value": {f"column_{n}": f"Operação, {n}: é" for n in range(9)}},
    ],
}

CONTRACT = """# About sources
servers:
- server: a  # the first
  type: api

  # what is below belongs to the schema
schema:
  - name: x
"""


def test_a_written_entry_reads_as_it_is() -> None:
    text = as_yaml(ENTRY)
    assert yaml.safe_load(text) == [ENTRY]
    assert "  - {property: table, value: till.sales}\n" in text
    assert "    value:\n        column_0: 'Operação, 0: é'\n" in text


def test_the_entry_stands_behind_the_other_sources_and_nothing_else_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.odcs.yaml"
    file.write_text(CONTRACT, encoding="utf-8")
    above, below = CONTRACT.split("\n\n  #")
    assert with_entry(file, ENTRY) == f"{above}\n\n{as_yaml(ENTRY)}\n  #{below}"


def test_sources_at_the_end_of_a_file_without_a_last_line_end_are_extended(tmp_path: Path) -> None:
    file = tmp_path / "a.odcs.yaml"
    file.write_text("servers:\n    - server: a\n      type: api", encoding="utf-8")
    assert yaml.safe_load(with_entry(file, ENTRY)) == {"servers": [{"server": "a", "type": "api"}, ENTRY]}


@pytest.mark.parametrize("text", ["servers: [{server: a}]\n", "name: x\n", "- 1\n", ""])
def test_a_file_whose_sources_are_no_list_in_lines_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.odcs.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match="must be a list whose entries begin with a dash"):
        with_entry(file, ENTRY)


def test_what_would_be_no_contract_is_told_of_the_file_which_stays_as_it_is(purchases: Path) -> None:
    before = purchases.read_bytes()
    text = with_entry(purchases, ENTRY)
    with pytest.raises(ContractError) as refused:
        changed_contract(purchases, text)
    assert str(refused.value).startswith(f"{purchases}: servers[3].")
    assert "names the unknown column column_0" in str(refused.value)
    assert purchases.read_bytes() == before


def test_the_file_of_a_dataset_is_found_by_its_name_and_slug(purchases: Path) -> None:
    assert file_of(purchases.parent, "customer_purchases") == purchases
    assert file_of(purchases.parent, "customer-purchases") == purchases
