"""The reader turns a contract into frozen objects and names every problem of a broken one by file, path and reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from contracts.model import Layer, SourceKind
from contracts.reader import CONTRACTS_FOLDER, DEFAULT_CONTRACT, ContractError, read_contract
from contracts.rules import Severity, Stage

Document = dict[str, Any]
CONTRACT_FILES = sorted(CONTRACTS_FOLDER.glob("*.odcs.yaml"))


@pytest.mark.parametrize("file", CONTRACT_FILES, ids=lambda file: file.name)
def test_contract_file_is_valid_against_the_official_json_schema(file: Path) -> None:
    schema = json.loads(OpenDataContractStandard.json_schema())
    jsonschema.validate(yaml.safe_load(file.read_text()), schema, cls=jsonschema.Draft201909Validator)


@pytest.mark.parametrize("file", CONTRACT_FILES, ids=lambda file: file.name)
def test_contract_file_is_readable(file: Path) -> None:
    assert read_contract(file).name == file.name.removesuffix(".odcs.yaml")


def test_contract_declares_the_rules_of_each_stage() -> None:
    contract = read_contract()
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


def test_source_without_field_paths_uses_the_standardized_names() -> None:
    database = read_contract().source("store-database")
    assert database.kind is SourceKind.DATABASE
    assert database.field_paths["cpf"] == "cpf"


def test_analysts_reach_gold_alone() -> None:
    analysts = next(role for role in read_contract().roles if role.name == "data_analysts")
    assert set(analysts.access) == {Layer.GOLD}


def test_source_without_a_schedule_has_the_datasets(tmp_path: Path) -> None:
    document = yaml.safe_load(DEFAULT_CONTRACT.read_text())
    document["slaProperties"] = [item for item in document["slaProperties"] if item.get("element") != "branch-files"]
    file = tmp_path / "contract.odcs.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    contract = read_contract(file)
    assert contract.source_schedules["branch-files"] == contract.pipeline_schedule
    assert contract.source_schedules["customers-api"] != contract.pipeline_schedule


def _property(owner: Document, name: str) -> Document:
    found: Document = next(item for item in owner["customProperties"] if item["property"] == name)
    return found


def _column(document: Document, name: str) -> Document:
    found: Document = next(item for item in document["schema"][0]["properties"] if item["name"] == name)
    return found


def _misspell_source_kind(document: Document) -> None:
    _property(document["servers"][0], "kind")["value"] = "databse"


def _drop_source_connection(document: Document) -> None:
    server = document["servers"][1]
    server["customProperties"].remove(_property(server, "connection"))


def _name_source_twice(document: Document) -> None:
    document["servers"][1]["server"] = "store-database"


def _forget_key_field(document: Document) -> None:
    server = document["servers"][0]
    server["customProperties"].remove(_property(server, "keyField"))


def _dedupe_by_unknown_column(document: Document) -> None:
    _property(document["schema"][0], "dedupeKey")["value"] = ["customer", "purchase_date"]


def _hash_without_name(document: Document) -> None:
    del _column(document, "cpf")["encryptedName"]


def _invent_a_check(document: Document) -> None:
    _column(document, "cpf")["quality"][0]["implementation"]["check"] = "cpf_like"


def _set_ratio_above_one(document: Document) -> None:
    _property(document["schema"][0], "maxLandingErrorRatio")["value"] = 20


def _misspell_classification(document: Document) -> None:
    _column(document, "email")["classification"] = "personnal"


def _shorten_cron(document: Document) -> None:
    document["slaProperties"][0]["schedule"] = "0 5 * *"


def _write_version_two(document: Document) -> None:
    document["apiVersion"] = "v2.2.2"


def _add_unknown_top_level_key(document: Document) -> None:
    document["sources"] = []


@pytest.mark.parametrize(
    ("breakage", "path", "reason"),
    [
        (_misspell_source_kind, "servers[0].customProperties.kind", "should be 'database', 'api' or 'files'"),
        (_drop_source_connection, "servers[1].customProperties.connection", "Field required"),
        (_name_source_twice, "servers", "source store-database is there 2 times"),
        (_forget_key_field, "servers[0].customProperties", "source store-database of kind database needs keyField"),
        (_dedupe_by_unknown_column, "schema[0].customProperties.dedupeKey", "names the unknown column customer"),
        (_hash_without_name, "schema[0].properties[8]", "cpf needs both encryptedName and masking keyed_hash"),
        (
            _invent_a_check,
            "schema[0].properties[8].quality[0].implementation",
            "'cpf_like' found using 'check' does not match",
        ),
        (_set_ratio_above_one, "schema[0].customProperties.maxLandingErrorRatio", "less than or equal to 1"),
        (_misspell_classification, "schema[0].properties[3].classification", "'internal', 'personal' or 'restricted'"),
        (_shorten_cron, "slaProperties[0].schedule", "must be a cron expression of 5 fields"),
        (_write_version_two, "apiVersion", "must be an ODCS version v3.x.y"),
        (_add_unknown_top_level_key, "sources", "Extra inputs are not permitted"),
    ],
    ids=lambda value: getattr(value, "__name__", None) if callable(value) else None,
)
def test_broken_contract_is_refused_with_file_path_and_reason(
    tmp_path: Path, breakage: Callable[[Document], None], path: str, reason: str
) -> None:
    document = yaml.safe_load(DEFAULT_CONTRACT.read_text())
    breakage(document)
    file = tmp_path / "broken.odcs.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    with pytest.raises(ContractError) as caught:
        read_contract(file)
    assert any(line.startswith(f"{file}: {path}: ") and reason in line for line in str(caught.value).splitlines()), str(
        caught.value
    )


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    document = yaml.safe_load(DEFAULT_CONTRACT.read_text())
    for breakage in (_misspell_source_kind, _set_ratio_above_one, _misspell_classification):
        breakage(document)
    file = tmp_path / "broken.odcs.yaml"
    file.write_text(yaml.safe_dump(document))
    with pytest.raises(ContractError) as caught:
        read_contract(file)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read"), ("a: [", "is not YAML"), ("- a\n- b\n", "must be a YAML mapping")],
    ids=["missing", "not-yaml", "not-a-mapping"],
)
def test_unusable_file_is_refused(tmp_path: Path, content: str | None, reason: str) -> None:
    file = tmp_path / "contract.odcs.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ContractError, match=reason):
        read_contract(file)
