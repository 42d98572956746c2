from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from sandbox import bootstrap
from sandbox.bootstrap_environment import package_sources
from sandbox.home import REPOSITORY


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the repository as the first stage needs, with nothing installed."""
    (tmp_path / "sandbox").mkdir()
    for name in ("__init__.py", "bootstrap.py", "bootstrap_environment.py"):
        shutil.copy(REPOSITORY / "sandbox" / name, tmp_path / "sandbox")
    shutil.copytree(REPOSITORY / "requirements", tmp_path / "requirements")
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    return tmp_path


def run(clone: Path, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=clone, env={**os.environ, **variables}, capture_output=True, text=True, timeout=120, check=False
    )


def found(program: str) -> str:
    path = shutil.which(program)
    assert path
    return path


@pytest.fixture(scope="module")
def python_with_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def test_a_registry_that_cannot_be_reached_is_one_line_that_says_what_to_check(clone: Path) -> None:
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    done = run(clone, sys.executable, "-m", "sandbox.bootstrap", "spark", **unreachable, PIP_NO_CACHE_DIR="1")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "bootstrap: uv could not be fetched: see the message above; check the"
    )
    assert "Traceback" not in done.stderr


def test_a_lock_that_is_missing_is_named(clone: Path) -> None:
    (clone / "requirements" / "spark.txt").unlink()

    done = run(clone, sys.executable, "-m", "sandbox.bootstrap", "spark")

    assert (done.returncode, done.stderr) == (1, "bootstrap: requirements/spark.txt is missing: make lock writes it\n")


def test_a_full_disk_is_refused_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(REPOSITORY)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=150 * 1024**2))
    monkeypatch.setattr(bootstrap, "_installed", dict)

    with pytest.raises(bootstrap.Refusal, match=r"only 150 MB are free at .*, 4096 MB are needed: free some space"):
        bootstrap.install({"spark"})


def test_without_a_python_make_says_which_one_is_needed(clone: Path) -> None:
    tools = clone / "bin"
    tools.mkdir()
    for name in ("sh", "test", "echo"):
        (tools / name).symlink_to(found(name))

    done = run(clone, found("make"), "up", PATH=str(tools))

    assert done.returncode == 2
    assert "install Python 3.11 or 3.12" in done.stderr


def test_help_lists_every_command_and_needs_nothing(clone: Path) -> None:
    done = run(clone, found("make"))

    commands = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"help", "run", "up", "down", "test", "test-unit", "lint", "lock", "synth", "validate", "bench"} <= set(
        commands
    )
    assert not (clone / ".venv").exists()


def test_uv_is_told_where_pip_fetches_from_and_what_it_trusts(
    python_with_pip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "SSL_CERT_FILE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.com/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://extra.example.com/simple")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/company.pem")

    variables = package_sources(python_with_pip)

    assert variables["UV_DEFAULT_INDEX"] == "https://mirror.example.com/simple"
    assert variables["UV_INDEX"] == "https://extra.example.com/simple"
    assert variables["SSL_CERT_FILE"] == "/etc/company.pem"


def test_what_is_set_for_uv_itself_wins(python_with_pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.com/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example.com/simple")

    assert "UV_DEFAULT_INDEX" not in package_sources(python_with_pip)
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    assert package_sources(python_with_pip)["UV_DEFAULT_INDEX"] == "https://mirror.example.com/simple"
