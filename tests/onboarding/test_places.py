"""Files are looked at wherever they lie: in the lake's own account, as the branches' do, and on an SFTP server."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from tests.onboarding.conftest import Onboarding
from tests.tasks.file_stores.sftp_server import sftp_server

pytestmark = pytest.mark.services

HEADER = (
    "customer_id,first_name,last_name,email,purchase_date,total_amount,product,store_location,cpf,credit_card_number"
)
FILE = f"{HEADER}\nC1,Ana,Silva,ana@example.com,31/01/2026,1234,TV,Belém,529.982.247-25,\n".encode()


def test_a_container_of_the_lake_s_account_opens_as_the_lake_does(
    onboarding: Onboarding, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ContainerClient.from_connection_string(storage, f"landing-{secrets.token_hex(8)}") as container:
        container.create_container()
        container.upload_blob("branches/a.csv", FILE)
        url = f"abfs://{container.container_name}@devstoreaccount1.dfs.core.windows.net/branches"
        monkeypatch.setenv("BRANCH_FILES_URL", url)
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", storage)
        run = onboarding("check-source", "branch-files")
        assert run.exit_code == 0, run.output
        assert "1 rows read (10,000 at most)" in run.output
        assert list(container.list_blob_names()) == ["branches/a.csv"]


def test_an_sftp_server_is_asked_for_with_its_keys(
    onboarding: Onboarding, purchases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "served"
    (folder / "branches").mkdir(parents=True)
    (folder / "branches" / "2026-01-31.csv").write_bytes(FILE)
    answers = {
        "dataset": "customer-purchases",
        "type": "local",
        "server": "partner-files",
        "connection.url": "PARTNER_URL",
        "optionalColumns": "[updated_at]",
        "write": "true",
    }
    with sftp_server(folder) as server:
        monkeypatch.setenv("PARTNER_URL", server.url("branches"))
        (tmp_path / "key").write_text(server.user_key)
        monkeypatch.setenv("PARTNER_KEY_FILE", str(tmp_path / "key"))
        monkeypatch.setenv("PARTNER_HOST_KEY", server.host_key)
        given = [f"--answer={word}={value}" for word, value in answers.items()]
        asked = str(onboarding("add-source", *given).exception)
        assert [line.partition(":")[0].strip() for line in asked.splitlines()[1:]] == [
            "connection.key",
            "connection.hostKey",
        ]
        given += ["--answer=connection.key=PARTNER_KEY", "--answer=connection.hostKey=PARTNER_HOST_KEY"]
        asked = str(onboarding("add-source", *given).exception)
        assert "  path: which files have the rows?" in asked
        run = onboarding("add-source", *given, "--answer=path=${PARTNER_URL}/{yyyy-MM-dd}.csv")
    assert run.exit_code == 0, run.output
    assert (
        "- {property: connection, value: {url: PARTNER_URL, key: PARTNER_KEY, hostKey: PARTNER_HOST_KEY}}" in run.output
    )
    assert "server: partner-files" in purchases.read_text(encoding="utf-8")
