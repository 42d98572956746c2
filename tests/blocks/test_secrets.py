"""A secret is read from its file when it is used, and nothing else than its file is ever told."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.secrets import SecretUnreadable, is_secret, read_secret


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", "\t"), ("\u00a0", "\u2028")])
def test_blanks_around_a_secret_are_taken_off(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(f"{before}planted-key{after}".encode())
    assert read_secret(str(file), in_header=True) == "planted-key"


def test_a_new_version_of_a_secret_is_read_at_its_next_use(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    for version in ("one", "two"):
        file.write_text(version)
        assert read_secret(str(file), in_header=True) == version


@pytest.mark.parametrize(
    ("content", "in_header", "problem"),
    [
        (b"", False, "is empty"),
        (b" \n", False, "is empty"),
        (b"planted\nkey", False, "has a line break or another letter in it that cannot be seen"),
        ("\ufeffplanted".encode(), False, "has a line break or another letter in it that cannot be seen"),
        ("plantéd".encode(), True, "has a letter in it that is not ASCII"),
        (b"plant\xff", False, "is no UTF-8 text"),
    ],
)
def test_what_can_be_no_secret_is_told_and_not_quoted(
    tmp_path: Path, content: bytes, in_header: bool, problem: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(SecretUnreadable, match=f"^secret file {file} {problem}$"):
        read_secret(str(file), in_header=in_header)


def test_a_password_may_have_any_letters(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("postgresql://me:senha-é@host/store\n", encoding="utf-8")
    assert read_secret(str(file), in_header=False) == "postgresql://me:senha-é@host/store"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretUnreadable, match=r"cannot be read \(No such file or directory\)$"):
        read_secret(str(tmp_path / "secret"), in_header=True)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://me:word@host/store", True),
        ("postgresql://host/store?user=me&password=word", True),
        ("https://lake.blob.core.windows.net/landing?sv=2024&sig=word", True),
        ("postgresql://me@host/store", False),
        ("file:///branches", False),
    ],
)
def test_a_url_that_opens_what_it_names_is_a_secret(url: str, secret: bool) -> None:
    assert is_secret("url", url) is secret
