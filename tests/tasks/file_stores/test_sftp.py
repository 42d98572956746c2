"""An SFTP server is known by its pinned host key, and what goes wrong with it is told without a secret."""

from __future__ import annotations

import asyncssh
import pytest

from contracts.sources.files import FilesSource
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable
from tasks.file_stores.sftp import SftpStore
from tests.tasks.file_stores.sftp_server import SftpServer

pytestmark = pytest.mark.services


def _listed(store: SftpStore) -> list[str]:
    try:
        return [file.name for file in store.files("", deep=False)]
    finally:
        store.close()


def _key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def test_a_server_with_another_host_key_is_told_nothing(source: FilesSource, sftp: SftpServer) -> None:
    with pytest.raises(AccessRefused, match="shows another host key than the pinned one"):
        _listed(SftpStore(source, sftp.url(), sftp.user_key, _public(_key())))


def test_several_host_keys_may_be_pinned_while_one_is_replaced(source: FilesSource, sftp: SftpServer) -> None:
    (sftp.folder / "a.csv").touch()
    assert _listed(SftpStore(source, sftp.url(), sftp.user_key, f"{_public(_key())},{sftp.host_key}")) == ["a.csv"]


def test_a_user_whom_the_server_does_not_know_is_told(source: FilesSource, sftp: SftpServer) -> None:
    other = _key().export_private_key().decode()
    for key in (other, "planted-password"):
        with pytest.raises(AccessRefused, match="refuses the user or key of branch-files") as caught:
            _listed(SftpStore(source, sftp.url(), key, sftp.host_key))
        assert "planted" not in str(caught.value)


def test_a_folder_that_is_not_there_is_told_with_its_variable(source: FilesSource, sftp: SftpServer) -> None:
    with pytest.raises(SourceUnavailable, match=r"cannot list the folder of branch-files: .*; check BRANCH_FILES_URL"):
        _listed(SftpStore(source, sftp.url("nowhere"), sftp.user_key, sftp.host_key))


def test_a_server_that_does_not_answer_may_be_there_in_a_minute(source: FilesSource, sftp: SftpServer) -> None:
    url = sftp.url().replace(str(sftp.port), "1")
    with pytest.raises(SourceUnavailable, match="cannot reach the server in BRANCH_FILES_URL"):
        _listed(SftpStore(source, url, sftp.user_key, sftp.host_key))


def test_a_connection_that_is_closed_is_opened_again(source: FilesSource, sftp: SftpServer) -> None:
    (sftp.folder / "a.csv").touch()
    store = SftpStore(source, sftp.url(), sftp.user_key, sftp.host_key)
    assert _listed(store) == _listed(store) == ["a.csv"]


@pytest.mark.parametrize(
    ("url", "key", "host_key", "message"),
    [
        ("sftp://filiais:planted@host/x", "k", "ssh-ed25519 AAAA", "no password"),
        ("sftp://host/x", "k", "ssh-ed25519 AAAA", "must be sftp://‹user›@‹host›"),
        ("sftp://filiais@host/x", "k", "", "name a hostKey in its connection"),
        ("sftp://filiais@host/x", "k", "planted", "must be public keys such as ssh-ed25519"),
        ("sftp://filiais@host/x", "-----BEGIN planted-----", "", "hostKey"),
        ("sftp://filiais@host/x", "-----BEGIN OPENSSH PRIVATE KEY-----\nplanted", "H", "is no private key"),
    ],
)
def test_what_cannot_be_used_is_told_without_its_value(
    source: FilesSource, url: str, key: str, host_key: str, message: str
) -> None:
    pinned = _public(_key()) if host_key == "H" else host_key
    with pytest.raises(MisconfiguredError, match=message) as caught:
        SftpStore(source, url, key, pinned)
    assert "planted" not in str(caught.value)
