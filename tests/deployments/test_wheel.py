"""The jobs' wheel is released once for each version, to a real Blob API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from deployments.wheel import NotPublished, build_wheel, publish, wheels_container_url


@pytest.fixture
def container(storage: str) -> ContainerClient:
    client = ContainerClient.from_connection_string(storage, "wheels")
    if client.exists():
        client.delete_blob("released/datamaster-1.0.0-py3-none-any.whl")
    else:
        client.create_container()
    return client


@pytest.mark.services
def test_a_version_is_released_once_and_never_written_over(container: ContainerClient, tmp_path: Path) -> None:
    wheel = tmp_path / "datamaster-1.0.0-py3-none-any.whl"
    wheel.write_bytes(b"first")
    assert publish(container, wheel)
    assert not publish(container, wheel)
    wheel.write_bytes(b"second")
    with pytest.raises(NotPublished, match=r"another datamaster-1\.0\.0.* was released: raise the version"):
        publish(container, wheel)
    assert container.download_blob(f"released/{wheel.name}").readall() == b"first"


def test_the_same_sources_build_the_same_wheel(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert build_wheel(tmp_path / "a").read_bytes() == build_wheel(tmp_path / "b").read_bytes()


def test_the_container_is_the_lake_s(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"a": {}, "b": {"lake_url": "abfss://datamasterdev1a2b.dfs.core.windows.net"}}))
    assert wheels_container_url(outputs) == "https://datamasterdev1a2b.blob.core.windows.net/wheels"
    outputs.write_text("{}")
    with pytest.raises(NotPublished, match="has no output lake_url"):
        wheels_container_url(outputs)
