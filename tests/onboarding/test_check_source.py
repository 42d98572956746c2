"""A dry run says what a load would come to, writes nothing, and shows no value."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from onboarding import sampling
from tests.onboarding.conftest import Onboarding
from tests.tasks.scripted_api import endless, item, page, serve
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

HEADER = (
    "customer_id;first_name;last_name;email;purchase_date;total_amount;product;store_location;cpf;credit_card_number"
)
GOOD = "C1;Ana;Silva;ana@example.com;31/01/2026;R$ 1.234,56;TV;São Paulo;529.982.247-25;"


def drop(folder: Path, name: str, *rows: str, header: str = HEADER) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")


@pytest.fixture
def branches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "branches"
    monkeypatch.setenv("BRANCH_FILES_URL", folder.as_uri())
    return folder


def test_good_files_pass(onboarding: Onboarding, branches: Path) -> None:
    drop(branches, "a.csv", GOOD, GOOD)
    run = onboarding("check-source", "branch-files")
    assert run.exit_code == 0, run.output
    assert "2 rows read (10,000 at most); nothing was landed" in run.output
    assert run.output.splitlines()[-1] == "✅ nothing would be refused at landing"
    assert [path.name for path in branches.iterdir()] == ["a.csv"]


def test_what_would_be_set_aside_is_counted_by_rule_with_patterns_and_no_values(
    onboarding: Onboarding, branches: Path
) -> None:
    bad = "C2;Eva;Luz;eva@example.com;2026-01-31;99,90;Café;Belém;529.982.247-25;"
    odd = "C3;Rui;Sá;rui@example.com;31/01/2026;99,90;Café;Pasárgada;123.456.789-00;"
    torn = 'C4;Rui;Sá;rui@example.com;31/01/2026;99,90;"Café;Belém;529.982.247-25;'
    drop(branches, "a.csv", *[GOOD] * 30, bad, bad, odd, torn)
    run = onboarding("check-source", "branch-files", "--dataset", "customer-purchases")
    lines = [" ".join(line.split()) for line in run.output.splitlines()]
    assert run.exit_code == 1
    assert "3 rows would go to quarantine:" in lines
    assert "purchase_date: type 2 9999-99-99" in lines
    assert "row: malformed 1 a quoted value does not end" in lines
    assert "purchase_date dd/MM/yyyy 33 31 0" in lines
    assert "store_location: store_known 1 Aaaáaaaaa".replace("á", "a") in lines
    assert "cpf: cpf_valid 1 999.999.999-99" in lines
    for value in ("2026-01-31", "Eva", "eva@", "123.456", "Pasárgada"):
        assert value not in run.output


def test_a_load_that_would_be_refused_is_told(onboarding: Onboarding, branches: Path) -> None:
    drop(branches, "a.csv", *[GOOD] * 10, *[GOOD.replace("C1", "")] * 10)
    drop(branches, "b.csv", *[GOOD] * 100)
    run = onboarding("check-source", "branch-files")
    assert run.exit_code == 1
    assert "- a.csv: 10 of 20 rows break landing rules, more than the contract's 20%" in run.output


def test_a_header_that_does_not_fit_is_told_and_other_files_are_read(onboarding: Onboarding, branches: Path) -> None:
    drop(branches, "a.csv", GOOD)
    drop(branches, "b.csv", GOOD + ";x", header=f"{HEADER.replace('cpf', 'CPFX')};notes")
    run = onboarding("check-source", "branch-files")
    assert run.exit_code == 1
    assert "1 rows read" in run.output
    assert "b.csv lacks column 'cpf'; has an unknown column 'CPFX', 'notes'" in run.output


def test_a_folder_without_a_file_is_no_success(onboarding: Onboarding, branches: Path) -> None:
    branches.mkdir()
    run = onboarding("check-source", "branch-files")
    assert run.exit_code == 1
    assert "no file is called as the source's path says" in run.output


def test_the_newest_files_are_read(onboarding: Onboarding, branches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SAMPLE_FILES", 2)
    for name in ("a", "b", "c"):
        drop(branches, f"{name}.csv", GOOD if name != "a" else "broken")
    run = onboarding("check-source", "branch-files")
    assert run.exit_code == 0, run.output
    assert "2 rows read (10,000 at most)" in run.output


def test_a_table_is_read_as_far_as_the_sample_goes_and_its_other_columns_are_named(
    onboarding: Onboarding, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_DATABASE_URL", store.url)
    monkeypatch.setattr(sampling, "SAMPLE_ROWS", 3)
    for number in range(5):
        store.add(number, f"2026-01-31T12:00:0{number}Z")
    store.run("ALTER TABLE purchases ADD COLUMN till text")
    run = onboarding("check-source", "store-database")
    assert run.exit_code == 0, run.output
    assert "3 rows read (10,000 at most)" in run.output
    assert "Columns that the contract does not know:\n- till\n" in run.output


def test_an_api_is_asked_for_few_pages_and_a_field_that_is_gone_is_told(
    onboarding: Onboarding, purchases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "SAMPLE_ROWS", 4)
    content = yaml.safe_load(purchases.read_text(encoding="utf-8"))
    content["servers"][1]["customProperties"].append({"property": "missingFieldRows", "value": 2})
    purchases.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    gone = {"purchasedOn": None, "boughtOn": "2026-01-31"}
    items = [{k: v for k, v in (item(n) | gone).items() if v} for n in range(100)]
    pages = endless(lambda n: page(*items[2 * n : 2 * n + 2], next_cursor=str(n)))
    with serve(pages) as api:
        monkeypatch.setenv("CUSTOMERS_API_URL", api.url)
        monkeypatch.setenv("CUSTOMERS_API_KEY", "key")
        run = onboarding("check-source", "customers-api")
    assert run.exit_code == 1
    assert len(api.paths) == 3  # one ahead of what is looked at
    assert "none of 4 items of customers-api has purchasedOn" in run.output
    assert "Columns that the contract does not know:\n- boughtOn\n" in run.output


def test_an_api_whose_times_of_change_cannot_be_read_is_told(
    onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(page(*(item(n, "31/01/2026 12:00:00") for n in range(2)))) as api:
        monkeypatch.setenv("CUSTOMERS_API_URL", api.url)
        monkeypatch.setenv("CUSTOMERS_API_KEY", "key")
        run = onboarding("check-source", "customers-api")
    assert run.exit_code == 1
    assert "no row's updatedAt can be read as a time" in run.output


def test_variables_that_are_missing_and_unknown_sources_are_told_in_one_line(onboarding: Onboarding) -> None:
    for arguments, told in (
        (
            ["check-source", "store-database"],
            "set STORE_DATABASE_URL (or STORE_DATABASE_URL_FILE, the file of a secret)",
        ),
        (["check-source", "nowhere"], "no source is called nowhere: there are store-database, customers-api,"),
        (["check-source", "store-database", "--dataset", "product-returns"], "there are store-returns, return-files"),
    ):
        run = onboarding(*arguments)
        assert run.exit_code == 1
        assert told in str(run.exception)
