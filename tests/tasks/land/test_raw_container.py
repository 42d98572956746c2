"""Blobs appear whole, once, and never change, on a real storage account."""

from __future__ import annotations

import pytest
from azure.storage.blob import ContainerClient

from tasks.errors import AccessRefused, LoadLost, StorageUnavailable
from tasks.land.raw_container import RawContainer

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


def test_a_wrong_key_is_an_access_problem_and_stays_secret(storage: str) -> None:
    key = "cGxhbnRlZC1rZXk="
    parts = [f"AccountKey={key}" if part.startswith("AccountKey") else part for part in storage.split(";")]
    raw = RawContainer.connect("raw", connection_string=";".join(parts), account_url=None)
    with pytest.raises(AccessRefused, match="refuses to list a") as caught:
        list(raw.names("a"))
    assert key not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_an_account_that_does_not_answer_is_unavailable() -> None:
    client = ContainerClient("http://127.0.0.1:1/devstoreaccount1", "raw", retry_total=0)
    with pytest.raises(StorageUnavailable, match="cannot list a: ServiceRequestError"):
        list(RawContainer(client).names("a"))
