from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.errors import FetchError
from sandbox.parts.jars import fetch_jars

DELTA = Path("io/delta/delta-spark_4.1_2.13/4.4.0/delta-spark_4.1_2.13-4.4.0.jar")


@pytest.fixture(autouse=True)
def _unreachable_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)


def test_a_jar_that_cannot_be_fetched_is_named_with_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(FetchError) as refused:
        fetch_jars(tmp_path)

    message = str(refused.value)
    assert message.startswith("io.delta:delta-spark_4.1_2.13:4.4.0 could not be fetched from Maven Central")
    assert "HTTPS_PROXY" in message
    assert "\n" not in message


def test_a_jar_that_is_not_the_pinned_one_is_never_used(tmp_path: Path) -> None:
    jar = tmp_path / DELTA
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"half of a download, or somebody else's")

    with pytest.raises(FetchError):
        fetch_jars(tmp_path)

    assert not jar.exists()
