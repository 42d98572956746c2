"""A request is in Raw while the run goes on that erases, and nowhere afterwards."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerClient

from contracts.folder import read_contracts
from sandbox.erasure_request import read_request, request_in_raw
from sandbox.errors import VariableError
from sandbox.lifecycle import Sandbox

LINE = b'{"cpf": "529.982.247-25"}\n'


@pytest.mark.services
def test_a_request_is_in_raw_for_as_long_as_the_run_also_when_that_fails(storage: str) -> None:
    variables = {"AZURE_STORAGE_CONNECTION_STRING": storage}
    sandbox = cast("Sandbox", SimpleNamespace(variables=variables, contracts=read_contracts()))
    with ContainerClient.from_connection_string(storage, "raw") as raw:
        with suppress(ResourceExistsError):
            raw.create_container()
        with pytest.raises(KeyboardInterrupt), request_in_raw(sandbox, "product-returns", LINE) as asked:
            _look_and_be_stopped(raw, asked)
        assert not list(raw.list_blobs(name_starts_with="_erasures/product_returns/"))
        with request_in_raw(sandbox, "product-returns", None) as asked:
            assert asked == {}


def test_a_file_that_cannot_be_read_is_told_without_its_name(tmp_path: Path) -> None:
    with pytest.raises(VariableError, match="KEYS: the file cannot be read: No such file"):
        read_request(str(tmp_path / secrets.token_hex(4)))


def _look_and_be_stopped(raw: ContainerClient, asked: dict[str, str]) -> None:
    assert raw.download_blob(f"_erasures/product_returns/{asked['erase']}.jsonl").readall() == LINE
    raise KeyboardInterrupt
