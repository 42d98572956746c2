"""Blobs appear whole, once, and never change, on a real storage account."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from azure.storage.blob import ContainerClient

from tasks.errors import AccessRefused, LoadLost, MisconfiguredError, StorageUnavailable
from tasks.land.raw_container import RawContainer
from tests.tasks.troubled_storage import Operation, Trouble, troubled

pytestmark = pytest.mark.services


def test_a_staged_blob_is_invisible_until_it_is_published(raw: RawContainer) -> None:
    raw.stage("a/b.json", b"content")
    assert list(raw.names("a/")) == []
    assert raw.metadata("a/b.json") is None
    assert raw.publish("a/b.json", {"rows": "3"})
    assert list(raw.names("a/")) == ["a/b.json"]
    assert raw.read("a/b.json") == b"content"
    assert raw.metadata("a/b.json") == {"rows": "3"}


def test_staging_again_before_publishing_is_harmless(raw: RawContainer) -> None:
    raw.stage("a", b"content")
    raw.stage("a", b"content")
    raw.publish("a", {})
    assert raw.read("a") == b"content"


def test_publishing_and_staging_a_published_blob_again_changes_nothing(raw: RawContainer) -> None:
    raw.stage("a", b"content")
    raw.publish("a", {"rows": "3"})
    assert not raw.publish("a", {"rows": "4"})
    raw.stage("a", b"other")
    assert not raw.publish("a", {"rows": "5"})
    assert (raw.read("a"), raw.metadata("a")) == (b"content", {"rows": "3"})


def test_publishing_what_was_never_staged_is_a_lost_load(raw: RawContainer) -> None:
    with pytest.raises(LoadLost, match="a was staged but never published"):
        raw.publish("a", {})


def test_only_the_first_creates_a_blob(raw: RawContainer) -> None:
    assert raw.create("a", b"first")
    assert not raw.create("a", b"second")
    assert raw.read("a") == b"first"


def test_names_come_in_order_beyond_a_page_of_the_service(raw: RawContainer) -> None:
    for number in (2, 10, 1):
        raw.create(f"a/{number:08d}", b"")
    raw.create("b", b"")
    assert list(raw.names("a/")) == ["a/00000001", "a/00000002", "a/00000010"]


def test_a_missing_blob_cannot_be_read(raw: RawContainer) -> None:
    with pytest.raises(StorageUnavailable, match="cannot read a: 404 BlobNotFound"):
        raw.read("a")


REQUESTS: dict[str, Callable[[RawContainer], object]] = {
    "write a": lambda raw: raw.stage("a", b"content"),
    "publish a": lambda raw: raw.publish("a", {}),
    "create a": lambda raw: raw.create("a", b"content"),
    "read a": lambda raw: raw.read("a"),
    "look up a": lambda raw: raw.metadata("a"),
    "list a": lambda raw: list(raw.names("a")),
}


@pytest.mark.parametrize("action", REQUESTS)
def test_a_wrong_key_is_told_after_one_request_and_stays_secret(storage: str, action: str) -> None:
    key = "cGxhbnRlZC1rZXk="
    with troubled(re.sub("AccountKey=[^;]+", f"AccountKey={key}", storage)) as account:
        raw = RawContainer.connect("raw", connection_string=account.connection, account_url=None)
        with pytest.raises(AccessRefused) as caught:
            REQUESTS[action](raw)
    assert re.fullmatch(
        f"the storage account refuses to {action}: 403 Auth[A-Za-z]+; "
        "check the key, or give the identity Storage Blob Data Contributor on container raw",
        str(caught.value),
    )
    assert account.times() == [1]
    assert key not in repr(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("action", REQUESTS)
def test_a_missing_container_is_told_after_one_request(storage: str, action: str) -> None:
    with troubled(storage) as account:
        raw = RawContainer.connect("raw-missing", connection_string=account.connection, account_url=None)
        with pytest.raises(MisconfiguredError) as caught:
            REQUESTS[action](raw)
    assert str(caught.value) == (
        f"cannot {action}: 404 ContainerNotFound; create container raw-missing, or name the account that has it"
    )
    assert account.times() == [1]


def test_content_that_is_damaged_on_its_way_is_refused(container: ContainerClient, storage: str) -> None:
    with troubled(storage) as account:
        account.spoiled, account.trouble = frozenset({Operation.PUT_BLOCK}), Trouble.DAMAGE
        sender = RawContainer.connect(container.container_name, connection_string=account.connection, account_url=None)
        with pytest.raises(StorageUnavailable, match="cannot write a: 400 Md5Mismatch"):
            sender.stage("a", b"content")
        sender.stage("a", b"content")
        sender.publish("a", {})
    assert RawContainer(container).read("a") == b"content"


def test_a_text_that_is_no_connection_string_is_told_and_stays_secret() -> None:
    with pytest.raises(MisconfiguredError, match="connection string of the account with container raw") as caught:
        RawContainer.connect("raw", connection_string="planted", account_url=None)
    assert "planted" not in repr(caught.value)


def test_an_account_that_does_not_answer_is_unavailable() -> None:
    client = ContainerClient("http://127.0.0.1:1/devstoreaccount1", "raw", retry_total=0)
    with pytest.raises(StorageUnavailable, match="cannot list a: ServiceRequestError"):
        list(RawContainer(client).names("a"))
