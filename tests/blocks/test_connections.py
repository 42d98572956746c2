"""A source's block has what may be seen, and names the files of what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.connections import UnusableConnection, connection_values, source_connection
from contracts.sources.kinds import Source
from tests.packaged_contracts import PURCHASES

URL, KEY_FILE = "https://customers.example.com", "/secrets/API-KEY"


def source(name: str = "customers-api") -> Source:
    return PURCHASES.source(name)


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", "\t"), ("\u00a0", "\u2028")])
def test_blanks_around_url_and_file_are_taken_off(before: str, after: str) -> None:
    environment = {
        "CUSTOMERS_API_URL": f"{before}{URL}{after}",
        "CUSTOMERS_API_KEY_FILE": f"{before}{KEY_FILE}{after}",
    }
    connection = source_connection(source(), environment)
    assert connection.settings == {"url": URL}
    assert connection.secret_files == {"key": KEY_FILE}


def test_a_secret_beside_its_file_is_left_alone() -> None:
    environment = {"CUSTOMERS_API_URL": URL, "CUSTOMERS_API_KEY": "planted", "CUSTOMERS_API_KEY_FILE": KEY_FILE}
    assert "planted" not in source_connection(source(), environment).json()


def test_secrets_are_read_when_they_are_used(tmp_path: Path) -> None:
    file = tmp_path / "key"
    environment = {"CUSTOMERS_API_URL": URL, "CUSTOMERS_API_KEY_FILE": str(file)}
    connection = source_connection(source(), environment)
    file.write_text("planted-key\r\n")
    assert connection_values(connection) == {"url": URL, "key": "planted-key"}


@pytest.mark.parametrize("value", [None, "", " ", "\n"])
def test_all_missing_variables_of_a_source_are_named(value: str | None) -> None:
    names = ("CUSTOMERS_API_URL", "CUSTOMERS_API_KEY", "CUSTOMERS_API_KEY_FILE")
    environment = {} if value is None else dict.fromkeys(names, value)
    told = "^customers-api: set CUSTOMERS_API_URL, or .*_FILE where it has a password; set CUSTOMERS_API_KEY_FILE$"
    with pytest.raises(UnusableConnection, match=told):
        source_connection(source(), environment)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"CUSTOMERS_API_URL": "https://cust\nomers"}, "CUSTOMERS_API_URL has a line break or another letter .*"),
        ({"CUSTOMERS_API_URL": "https://cust omers"}, "CUSTOMERS_API_URL has a blank in it"),
        ({"CUSTOMERS_API_URL": "https://me:planted@customers"}, "CUSTOMERS_API_URL holds a secret, of which no .*"),
        ({"CUSTOMERS_API_URL": "https://[planted"}, "CUSTOMERS_API_URL holds a secret, of which no .*"),
        ({"CUSTOMERS_API_KEY_FILE": "planted"}, "CUSTOMERS_API_KEY_FILE must be a path from the root on"),
        (
            {"CUSTOMERS_API_KEY_FILE": "", "CUSTOMERS_API_KEY": "planted"},
            "CUSTOMERS_API_KEY holds a secret, of which no block has a copy: put it into a file that flows can read, "
            "and set CUSTOMERS_API_KEY_FILE to its path",
        ),
        (
            {"CUSTOMERS_API_KEY_FILE": "", "CUSTOMERS_API_KEY": "plantéd", "CUSTOMERS_API_URL": "https://\x00"},
            "CUSTOMERS_API_URL has .*; CUSTOMERS_API_KEY has a letter in it that is not ASCII",
        ),
    ],
)
def test_what_cannot_be_used_is_told_and_not_quoted(changes: dict[str, str], problem: str) -> None:
    environment = {"CUSTOMERS_API_URL": URL, "CUSTOMERS_API_KEY_FILE": KEY_FILE} | changes
    with pytest.raises(UnusableConnection, match=f"^customers-api: {problem}$") as caught:
        source_connection(source(), environment)
    assert "plant" not in str(caught.value)


def test_a_folder_s_name_may_have_blanks_and_letters_of_any_kind() -> None:
    environment = {"BRANCH_FILES_URL": "file:///lojas/São Paulo\n"}
    connection = source_connection(source("branch-files"), environment)
    assert connection.settings == {"url": "file:///lojas/São Paulo"}
