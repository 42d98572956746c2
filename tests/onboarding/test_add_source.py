"""The command line asks for what is missing, and writes only what is wanted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from onboarding import __main__ as command_line
from tests.onboarding.conftest import Onboarding
from tests.tasks.store_database import StoreDatabase

OPENING = {"dataset": "customer-purchases", "type": "postgres", "server": "till-database"}
FIRST = [f"--answer={word}={value}" for word, value in (OPENING | {"connection.url": "TILL_URL"}).items()]


def refusal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What the program says that could not do what it was asked for."""
    monkeypatch.setattr(sys, "argv", ["onboarding", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_without_a_terminal_every_missing_answer_is_told_at_once(
    contracts_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert contracts_folder.exists()
    assert refusal(capsys, monkeypatch, "add-source", "--answer=type=api") == (
        "onboarding: answers are missing, and there is no terminal to ask for them:\n"
        "  dataset: which dataset is it a source of? (customer-purchases; product-returns)\n"
        "  server: what is it called? Lower-case letters, digits and dashes, such as till-database\n"
    )
    told = refusal(capsys, monkeypatch, "add-source", *FIRST)
    assert told == (
        "onboarding: till-database cannot be opened: set TILL_URL (or TILL_URL_FILE, the file of a secret)\n"
    )


def test_answers_that_mean_nothing_are_told_without_a_trace(
    contracts_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert contracts_folder.exists()
    told = refusal(capsys, monkeypatch, "add-source", *FIRST[:2], "--answer=server=Till Database", FIRST[3])
    assert "server: String should match pattern" in told
    secret = "--answer=connection.url=postgresql://till:planted-secret@host/till"
    told = refusal(capsys, monkeypatch, "add-source", *FIRST[:3], secret)
    assert "connection.url: String should match pattern" in told
    assert "planted-secret" not in told
    monkeypatch.setenv("TILL_URL", "postgresql://nobody@127.0.0.1:1/till")
    told = refusal(capsys, monkeypatch, "add-source", *FIRST, "--answer=type=mysql")
    assert told == "onboarding: type must be postgres, api or local\n"
    told = refusal(capsys, monkeypatch, "add-source", "--answer=dataset=orders", *FIRST[1:])
    assert "no contract describes a dataset orders: there are customer-purchases, product-returns" in told


@pytest.mark.services
def test_the_tables_that_there_are_and_the_columns_without_a_field_are_asked_for(
    contracts_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    store: StoreDatabase,
) -> None:
    assert contracts_folder.exists()
    monkeypatch.setenv("TILL_URL", store.url)
    told = refusal(capsys, monkeypatch, "add-source", *FIRST)
    assert "  table: which table or view? (" in told
    assert "public.purchases" in told
    store.run('ALTER TABLE purchases RENAME COLUMN total_amount TO "Valor"')
    told = refusal(capsys, monkeypatch, "add-source", *FIRST, "--answer=table=public.purchases")
    assert told.splitlines()[1:] == [
        "  fieldPaths.total_amount: which field is total_amount? What the customer paid, in BRL. "
        "(purchase_id; Valor; no field)",
    ]


@pytest.mark.services
def test_what_is_not_to_be_written_is_shown_and_checked_all_the_same(
    onboarding: Onboarding, purchases: Path, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = purchases.read_bytes()
    monkeypatch.setenv("TILL_URL", store.url)
    store.add(1, "2026-01-31T12:00:00Z")
    store.add(2, "2026-01-31T12:00:00Z", cpf="NULL")
    run = onboarding("add-source", *FIRST, "--answer=table=purchases", "--answer=write=false")
    assert run.exit_code == 1, run.output
    assert run.output.startswith("- server: till-database\n  type: postgres\n  host: ${TILL_URL}\n")
    assert "  - {property: keyField, value: purchase_id}\n" in run.output
    assert "till-database of customer_purchases: 2 rows read (10,000 at most)" in run.output
    assert "1 rows would go to quarantine" in run.output
    assert purchases.read_bytes() == before
