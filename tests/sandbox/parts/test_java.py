from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sandbox.errors import VariableError
from sandbox.home import SandboxHome
from sandbox.parts.java import check_java_home, ensure_embedded_java


def java_home(folder: Path, told: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    java.chmod(0o755)
    return folder


@pytest.mark.parametrize("version", ["17.0.15", "21", "21.0.8"])
def test_a_java_that_spark_runs_on_is_accepted(tmp_path: Path, version: str) -> None:
    check_java_home(java_home(tmp_path, f'openjdk version "{version}" 2025-04-15'))


@pytest.mark.parametrize(("version", "major"), [("1.8.0_402", 8), ("11.0.2", 11), ("24", 24)])
def test_another_java_is_refused_with_what_to_do(tmp_path: Path, version: str, major: int) -> None:
    home = java_home(tmp_path, f'openjdk version "{version}"')

    with pytest.raises(VariableError) as refused:
        check_java_home(home)

    assert str(refused.value) == (
        f"JAVA_HOME={home} is Java {major}, and Spark needs 17 or 21: "
        "point it to Java 17 or 21, or unset it to use the embedded one"
    )


def test_a_folder_without_java_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VariableError, match=r"has no bin/java that runs: point it to"):
        check_java_home(tmp_path)


def test_the_embedded_java_runs_and_ignores_the_module_it_lacks(tmp_path: Path) -> None:
    home = SandboxHome(tmp_path / "a home")
    ensure_embedded_java(home)
    check_java_home(home.java)

    options = ["--add-modules=jdk.incubator.vector", "-Dname=a b", "-XshowSettings:properties", "-version"]
    told = subprocess.run([home.java / "bin" / "java", *options], check=True, capture_output=True, text=True)

    assert "name = a b" in told.stderr
