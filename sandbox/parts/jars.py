"""The three jars Spark needs beside its own: Delta, Delta's storage and the ABFS driver, each pinned by its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import requests
from jgo.maven import MavenContext

from sandbox.errors import FetchError

PINNED = {
    "io.delta:delta-spark_4.1_2.13:4.4.0": "75a9400986853c061f5109f012547de2545a5759e5e752e5ef633dabe16a4f10",
    "io.delta:delta-storage:4.4.0": "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
    "org.apache.hadoop:hadoop-azure:3.4.2": "f02ab756037abaecc45ea1869144ad3a69e25ccd84062bc37805837ca254e21c",
}


def fetch_jars(folder: Path) -> list[Path]:
    """Have the pinned jars in ``folder``, fetched from Maven Central if they are not there.

    Raises:
        FetchError: a jar cannot be fetched, or is not the pinned one.
    """
    context = MavenContext(repo_cache=folder, timeout=60)
    return [_fetch(context, coordinate, sha256) for coordinate, sha256 in PINNED.items()]


def _fetch(context: MavenContext, coordinate: str, sha256: str) -> Path:
    artifact = context.create_dependency(coordinate).artifact
    jar = context.repo_cache / artifact.component.path_prefix / artifact.filename
    if jar.exists() and _sha256(jar) != sha256:
        jar.unlink()
    try:
        artifact.resolve()
    except (requests.RequestException, RuntimeError) as error:
        jar.unlink(missing_ok=True)
        raise FetchError(
            f"{coordinate} could not be fetched from Maven Central ({type(error).__name__}): check the network, "
            "the proxy (HTTPS_PROXY) and its certificates (REQUESTS_CA_BUNDLE), then run again"
        ) from error
    if _sha256(jar) != sha256:
        jar.unlink()
        raise FetchError(f"{coordinate}: what was fetched is not the pinned jar (its SHA-256 differs); it was removed")
    return jar


def _sha256(jar: Path) -> str:
    with jar.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
