"""The reader turns a contract into frozen objects and names every problem of a broken one by file, path and reason."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from contracts.contract import Contract
from contracts.folder import PACKAGED_CONTRACTS
from contracts.lake_terms import Layer
from contracts.reader import read_contract
from contracts.rules import AtLeast, AtMost, HasLength, Severity, Stage
from contracts.sources.database import DatabaseSource
from tests.contracts.documents import Change, Document, column, document, written
from tests.packaged_contracts import CONTRACTS

CONTRACT_FILES = sorted(PACKAGED_CONTRACTS.glob("*.odcs.yaml"))


@pytest.fixture(scope="module")
def contract() -> Contract:
    return CONTRACTS.dataset("customer_purchases")


@pytest.mark.parametrize("file", CONTRACT_FILES, ids=lambda file: file.name)
def test_contract_file_is_valid_against_the_official_json_schema(file: Path) -> None:
    schema = json.loads(OpenDataContractStandard.json_schema())
    jsonschema.validate(yaml.safe_load(file.read_text()), schema, cls=jsonschema.Draft201909Validator)


@pytest.mark.parametrize("file", CONTRACT_FILES, ids=lambda file: file.name)
def test_contract_file_is_readable(file: Path) -> None:
    assert read_contract(file).name == file.name.removesuffix(".odcs.yaml")


def test_contract_declares_the_rules_of_each_stage(contract: Contract) -> None:
    assert {rule.label for rule in contract.rules_at(Stage.LANDING)} == {
        "customer_id: required",
        "cpf: required",
        "purchase_date: required",
        "purchase_date: type",
        "total_amount: type",
        "updated_at: type",
    }
    assert {rule.label for rule in contract.rules_at(Stage.SILVER)} == {
        "total_amount: amount_not_negative",
        "cpf: cpf_valid",
        "email: email_valid",
        "store_location: store_known",
        "purchase_date: date_plausible",
    }
    assert [rule.label for rule in contract.rules_at(Stage.SILVER, Severity.WARNING)] == [
        "credit_card_number: card_luhn"
    ]


def test_source_without_field_paths_uses_the_standardized_names(contract: Contract) -> None:
    database = contract.source("store-database")
    assert isinstance(database, DatabaseSource)
    assert database.field("cpf") == "cpf"


def test_source_is_located_by_a_variable_and_what_stands_behind_it(contract: Contract) -> None:
    api, files = contract.source("customers-api"), contract.source("branch-files")
    assert (api.connection.variables, api.path) == (
        {"url": "CUSTOMERS_API_URL", "key": "CUSTOMERS_API_KEY"},
        "/v1/purchases",
    )
    assert (files.connection.variables, files.pattern.text) == ({"url": "BRANCH_FILES_URL"}, "*.csv")


def test_analysts_reach_gold_alone(contract: Contract) -> None:
    analysts = next(role for role in contract.roles if role.name == "data_analysts")
    assert set(analysts.access_by_layer) == {Layer.GOLD}


def test_source_without_a_schedule_has_the_datasets(tmp_path: Path) -> None:
    changed = document()
    changed["slaProperties"] = [item for item in changed["slaProperties"] if item.get("element") != "branch-files"]
    contract = read_contract(written(tmp_path, changed))
    assert contract.cron("branch-files") == contract.cron(contract.name)
    assert contract.cron("customers-api") != contract.cron(contract.name)


def _read(tmp_path: Path, change: Change) -> Contract:
    changed = document("product_returns")
    change(changed)
    return read_contract(written(tmp_path, changed))


def test_options_of_a_type_are_rules_of_silver_by_their_own_words(tmp_path: Path) -> None:
    def limit(content: Document) -> None:
        column(content, "quantity")["logicalTypeOptions"] = {"exclusiveMinimum": 0, "maximum": 9.0}
        column(content, "returned_on")["logicalTypeOptions"] = {"minimum": "2020-01-01"}
        column(content, "reason")["logicalTypeOptions"] = {"minLength": 2, "maxLength": 9}

    rules = {rule.label: rule.checks for rule in _read(tmp_path, limit).rules_at(Stage.SILVER)}
    assert rules["quantity: exclusiveMinimum"] == (AtLeast(Decimal(0), exclusive=True),)
    assert rules["quantity: maximum"] == (AtMost(Decimal(9)),)
    assert rules["returned_on: minimum"] == (AtLeast(date(2020, 1, 1)),)
    assert (rules["reason: minLength"], rules["reason: maxLength"]) == ((HasLength(least=2),), (HasLength(most=9),))


def test_another_threshold_than_none_is_a_check_of_a_load_or_table_and_no_rule(tmp_path: Path) -> None:
    def check(content: Document) -> None:
        column(content, "reason")["quality"] = [
            {"metric": "nullValues", "mustBeLessThan": 5, "unit": "percent"},
            {"name": "told", "metric": "missingValues", "mustBeLessOrEqualTo": 9, "severity": "warning"}
            | {
                "arguments": {"missingValues": ["-", ""]},
                "customProperties": [{"property": "stage", "value": "landing"}],
            },
        ]
        column(content, "product")["unique"] = True
        content["schema"][0]["quality"] = [
            {"metric": "rowCount", "mustBeBetween": [1, 100]},
            {
                "name": "once",
                "metric": "duplicateValues",
                "mustBe": 0,
                "arguments": {"properties": ["product", "cpf_masked"]},
            },
            {"type": "text", "description": "Says something to people."},
        ]

    contract = _read(tmp_path, check)
    assert not [rule for rule in contract.rules if rule.column == "reason" and rule.name != "maxLength"]
    found = [(check.label, str(check.threshold), check.stage, check.severity) for check in contract.table.set_checks]
    assert found == [
        ("product: unique", "mustBe 0", Stage.SILVER, Severity.ERROR),
        ("reason: nullValues", "mustBeLessThan 5", Stage.SILVER, Severity.ERROR),
        ("reason: told", "mustBeLessOrEqualTo 9", Stage.LANDING, Severity.WARNING),
        ("rowCount", "mustBeBetween 1 and 100", Stage.SILVER, Severity.ERROR),
        ("product, cpf_masked: once", "mustBe 0", Stage.SILVER, Severity.ERROR),
    ]


def test_what_a_computed_column_must_be_is_a_check_of_its_table(tmp_path: Path) -> None:
    def demand(content: Document) -> None:
        column(content, "pieces", table=1).update(required=True, logicalTypeOptions={"minimum": 1})

    table, _ = _read(tmp_path, demand).gold_tables
    assert [(check.label, str(check.threshold)) for check in table.set_checks] == [
        ("pieces: required", "mustBe 0"),
        ("pieces: minimum", "mustBe 0"),
    ]


def test_a_key_that_is_masked_is_one_of_masks(tmp_path: Path) -> None:
    def key(content: Document) -> None:
        column(content, "cpf").update(primaryKey=True, primaryKeyPosition=0)

    assert _read(tmp_path, key).table.key == ("cpf_masked", "return_id")


def test_words_of_the_standard_that_nothing_here_uses_are_left_alone(tmp_path: Path) -> None:
    def describe(content: Document) -> None:
        content["tags"] = ["returns"]
        content["schema"][0]["dataGranularityDescription"] = "One row per return."
        column(content, "quantity").update(criticalDataElement=True, examples=[1, 2], semanticType="column")

    assert _read(tmp_path, describe).table.column("quantity").required
