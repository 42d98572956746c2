from __future__ import annotations

import stat
from pathlib import Path

from sandbox.parts.azurite import connection_string
from sandbox.parts.spark_conf import storage_settings, write_spark_conf


def test_an_emulator_is_reached_at_its_address_with_its_key() -> None:
    assert storage_settings(connection_string(4321, "a2V5")) == {
        "fs.azure.account.key.devstoreaccount1.dfs.core.windows.net": "a2V5",
        "fs.azure.abfs.endpoint": "127.0.0.1:4321",
        "fs.azure.always.use.https": "false",
        "fs.azure.account.hns.enabled": "false",
        "fs.azure.fns.account.service.type": "BLOB",
    }


def test_an_account_in_azure_needs_its_key_alone() -> None:
    given = "DefaultEndpointsProtocol=https;AccountName=lake;AccountKey=a2V5PT0=;EndpointSuffix=core.windows.net"
    with_endpoint = f"{given};BlobEndpoint=https://lake.blob.core.windows.net/"

    expected = {"fs.azure.account.key.lake.dfs.core.windows.net": "a2V5PT0="}
    assert storage_settings(given) == expected
    assert storage_settings(with_endpoint) == expected


def test_the_configuration_that_holds_the_key_is_private(tmp_path: Path) -> None:
    write_spark_conf(tmp_path / "conf", [Path("/jars/delta.jar"), Path("/jars/azure.jar")], connection_string(1, "key"))

    defaults = tmp_path / "conf" / "spark-defaults.conf"
    lines = defaults.read_text().splitlines()
    class_path = next(line for line in lines if line.startswith("spark.driver.extraClassPath "))
    first, second, *spark_jars = class_path.split()[1].split(":")
    assert (first, second) == ("/jars/delta.jar", "/jars/azure.jar")
    assert spark_jars
    assert all(Path(jar).is_file() for jar in spark_jars)
    assert "spark.hadoop.fs.azure.account.key.devstoreaccount1.dfs.core.windows.net key" in lines
    assert stat.S_IMODE(defaults.stat().st_mode) == 0o600
